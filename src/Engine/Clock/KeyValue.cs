using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>A key with the content id that an operation gives it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; not defined for a removal.</param>
public readonly record struct KeyValue(string Key, Cid Value);
