using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.History;

/// <summary>A key with the value that an event gave it, as a walk meets it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The document's block.</param>
/// <param name="Event">The event.</param>
/// <param name="IsFirst">Whether the walk had not met the key before.</param>
/// <param name="IsNewest">Whether all that was not met before is behind the event: then no other write of the key follows it, or stands beside it.</param>
internal readonly record struct EventKey(string Key, Cid Value, Cid Event, bool IsFirst, bool IsNewest);
