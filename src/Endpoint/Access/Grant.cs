namespace FireproofBench.Endpoint.Access;

/// <summary>A right on a database, or on several.</summary>
/// <param name="Database">The name; with a <c>*</c> at the end all names that begin so; <c>*</c> alone for all.</param>
/// <param name="Right">The highest right.</param>
public readonly record struct Grant(string Database, EndpointRight Right)
{
    /// <summary>What a scope of this endpoint begins with.</summary>
    public const string ScopePrefix = "fireproof:";

    /// <summary>Whether the grant gives a right on a database.</summary>
    public bool Covers(string database, EndpointRight right) => Right >= right && Names(database);

    /// <summary>Reads a scope, <c>fireproof:DATABASE:RIGHT</c>, where the database is percent-encoded and the right is <c>read</c>, <c>write</c> or <c>admin</c>.</summary>
    /// <returns>False for scopes of others, and for what is none.</returns>
    public static bool TryParseScope(ReadOnlySpan<char> scope, out Grant grant)
    {
        grant = default;
        if (!scope.StartsWith(ScopePrefix, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> rest = scope[ScopePrefix.Length..];
        int colon = rest.LastIndexOf(':');
        if (colon < 1 || !TryParseRight(rest[(colon + 1)..], out EndpointRight right))
            return false;
        grant = new Grant(Uri.UnescapeDataString(rest[..colon]), right);
        return true;
    }

    /// <summary>Reads the name of a right in lower case.</summary>
    internal static bool TryParseRight(ReadOnlySpan<char> text, out EndpointRight right)
    {
        right = text switch
        {
            "read" => EndpointRight.Read,
            "write" => EndpointRight.Write,
            "admin" => EndpointRight.Admin,
            _ => 0,
        };
        return right != 0;
    }

    private bool Names(string database)
    {
        if (Database.EndsWith('*'))
            return database.AsSpan().StartsWith(Database.AsSpan(0, Database.Length - 1), StringComparison.Ordinal);
        return database == Database;
    }
}
