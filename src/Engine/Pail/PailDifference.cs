using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>A key whose value differs between two pails.</summary>
/// <param name="Key">The key.</param>
/// <param name="Before">Its value in the first pail; not defined when it is absent there.</param>
/// <param name="After">Its value in the second pail; not defined when it is absent there.</param>
public readonly record struct PailDifference(string Key, Cid Before, Cid After);
