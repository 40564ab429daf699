namespace FireproofBench.Engine.Ports;

/// <summary>What has to hold for a put to happen.</summary>
public readonly record struct PutCondition
{
    private PutCondition(bool ifAbsent, string? version)
    {
        IsIfAbsent = ifAbsent;
        Version = version;
    }

    /// <summary>Put in any case. Also the default value.</summary>
    public static PutCondition None => default;

    /// <summary>Put only when no object has the key.</summary>
    public static PutCondition IfAbsent => new(true, null);

    /// <summary>Whether the key must be free.</summary>
    public bool IsIfAbsent { get; }

    /// <summary>The version that must be there, or null when the condition is another.</summary>
    public string? Version { get; }

    /// <summary>Put only when the object is exactly this version (an entity tag, opaque).</summary>
    public static PutCondition IfMatches(string version) => new(false, version);
}
