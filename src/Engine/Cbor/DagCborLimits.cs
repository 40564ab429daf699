namespace FireproofBench.Engine.Cbor;

/// <summary>Limits that bytes from outside meet before anything is allocated for them.</summary>
public static class DagCborLimits
{
    /// <summary>Deepest nesting of arrays and maps. Documents of people nest below ten; the limit keeps readers of the JSON form safe as well.</summary>
    public const int MaxDepth = 256;

    /// <summary>Largest block, in bytes: above the largest attachment that is written as one block, below what a 32-bit length can address.</summary>
    public const int MaxBlockLength = 1 << 30;
}
