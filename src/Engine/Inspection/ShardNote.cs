using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Inspection;

/// <summary>What a shard points at.</summary>
internal sealed record ShardNote(string Prefix, ShardEntry[] Entries);
