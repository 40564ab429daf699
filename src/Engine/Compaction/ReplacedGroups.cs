using System.Collections.Immutable;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <summary>Groups whose place a compaction took, and whose files are still there.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Since">When the store got that compaction, by its own stamp; null where nobody asked.</param>
internal sealed record ReplacedGroups(ImmutableArray<CarGroup> Groups, DateTimeOffset? Since);
