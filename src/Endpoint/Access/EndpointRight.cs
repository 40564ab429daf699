namespace FireproofBench.Endpoint.Access;

/// <summary>What a caller may do with a database. Each right holds those before it.</summary>
public enum EndpointRight
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read and list objects, read heads, subscribe.</summary>
    Read = 1,

    /// <summary>Store and remove objects, publish heads.</summary>
    Write = 2,

    /// <summary>Remove all heads of the database.</summary>
    Admin = 3,
}
