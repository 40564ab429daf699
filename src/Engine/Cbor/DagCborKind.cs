namespace FireproofBench.Engine.Cbor;

/// <summary>What the next value of a block is.</summary>
public enum DagCborKind
{
    /// <summary>Null; also CBOR's undefined, which the reference engine reads as null.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An integer from -2^64 to 2^64-1.</summary>
    Integer,

    /// <summary>A finite number of 16, 32 or 64 bits; always written with 64.</summary>
    Float,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>A byte string.</summary>
    Bytes,

    /// <summary>A content id (tag 42).</summary>
    Link,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A map with text keys.</summary>
    Map,
}
