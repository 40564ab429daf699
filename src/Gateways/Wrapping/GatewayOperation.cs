namespace FireproofBench.Gateways.Wrapping;

/// <summary>The calls of the two connectors.</summary>
public enum GatewayOperation
{
    /// <summary>Stores an object.</summary>
    Put,

    /// <summary>Reads an object or a part of it.</summary>
    Get,

    /// <summary>Asks for length and version.</summary>
    Head,

    /// <summary>Removes an object.</summary>
    Delete,

    /// <summary>Lists a page of keys.</summary>
    List,

    /// <summary>Reads all heads.</summary>
    ReadHeads,

    /// <summary>Adds a head and drops those that it supersedes.</summary>
    Publish,
}
