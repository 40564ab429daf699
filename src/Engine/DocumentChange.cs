using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Engine;

/// <summary>One row of the changes.</summary>
/// <param name="Id">The id.</param>
/// <param name="Document">The document as it stood at the later clock, or as it stands now where that version was compacted away; null when it was deleted.</param>
/// <param name="Event">An event that wrote it; where that was before the earlier clock, one that wrote it since, without effect.</param>
public sealed record DocumentChange(string Id, Document? Document, Cid Event);
