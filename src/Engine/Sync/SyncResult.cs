using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Sync;

/// <summary>What a synchronisation did.</summary>
/// <param name="FilesPulled">Files copied from the remote store.</param>
/// <param name="BytesPulled">Their length, in bytes.</param>
/// <param name="FilesPushed">Files copied to the remote store.</param>
/// <param name="BytesPushed">Their length, in bytes.</param>
/// <param name="Heads">The heads afterwards, the same on both sides.</param>
public sealed record SyncResult(int FilesPulled, long BytesPulled, int FilesPushed, long BytesPushed, ImmutableArray<Cid> Heads);
