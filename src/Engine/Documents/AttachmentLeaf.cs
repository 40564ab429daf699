using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Documents;

/// <summary>A piece of a large attached file: one raw block in a sealed file of its own.</summary>
/// <param name="Car">The file that holds it.</param>
/// <param name="Cid">The content id of its bytes (raw).</param>
/// <param name="Length">Length in bytes, at least 1.</param>
internal readonly record struct AttachmentLeaf(Cid Car, Cid Cid, int Length);
