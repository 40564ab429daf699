using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.History;

/// <summary>A key with the value that an event gave it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The document's block.</param>
/// <param name="Event">The event.</param>
internal readonly record struct EventKey(string Key, Cid Value, Cid Event);
