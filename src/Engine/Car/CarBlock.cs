using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Car;

/// <summary>Where a block lies in a CAR file.</summary>
/// <param name="Cid">The id that the file gives the block; whether it is the bytes' own is not checked here.</param>
/// <param name="Offset">First byte of the content, from the start of the plain file.</param>
/// <param name="Length">Length of the content, in bytes.</param>
public readonly record struct CarBlock(Cid Cid, int Offset, int Length);
