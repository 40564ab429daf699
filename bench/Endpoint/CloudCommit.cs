using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Storage;

namespace FireproofBench.EndpointBench;

/// <summary>What is in the file of a head: what another device would read there.</summary>
/// <param name="Intended">When it was to be begun; zero for a compaction, which is not counted.</param>
/// <param name="Group">The file.</param>
/// <param name="Level">How often its content was merged; 0 for a put.</param>
/// <param name="Replaced">The files that it replaces; none unless it is a compaction.</param>
/// <param name="Changes">The events in it, by their content ids.</param>
internal sealed record CloudCommit(long Intended, CarGroup Group, int Level, ImmutableArray<CarGroup> Replaced, ImmutableDictionary<Cid, CloudChange> Changes);
