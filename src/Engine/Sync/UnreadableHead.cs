using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Sync;

/// <summary>An entry of a remote store that is set aside.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Reason">Why its files cannot be used: a failure of the store, a missing block, another database.</param>
public sealed record UnreadableHead(Cid Entry, Exception Reason);
