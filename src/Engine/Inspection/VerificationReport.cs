using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Inspection;

/// <summary>What an inspection of a whole database found.</summary>
public sealed record VerificationReport
{
    /// <summary>Most findings of one kind that are listed; further ones are counted only.</summary>
    public const int MaxListed = 1000;

    /// <summary>Whether nothing is damaged: every file that the heads lead to is there and is what its name says, and so is every block.</summary>
    public bool IsSound => Counts.All(static count => count.Key > FindingKind.MissingAttachment);

    /// <summary>What was found, in the order in which it was.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>How often each kind was found; a kind that was not is left out.</summary>
    public required ImmutableSortedDictionary<FindingKind, int> Counts { get; init; }

    /// <summary>The heads of the clock, sorted by text; none when the database is empty or does not open.</summary>
    public required ImmutableArray<Cid> Heads { get; init; }

    /// <summary>The root of the pail; not defined when the database is empty or the root cannot be found.</summary>
    public required Cid Root { get; init; }

    /// <summary>Groups of the log.</summary>
    public required int Groups { get; init; }

    /// <summary>Files that were read: those of the log, attachments, and those that nothing refers to.</summary>
    public required long Files { get; init; }

    /// <summary>Bytes of these files, as they are stored.</summary>
    public required long Bytes { get; init; }

    /// <summary>Blocks whose bytes were hashed and compared with their content ids.</summary>
    public required long Blocks { get; init; }

    /// <summary>Events that the heads lead to.</summary>
    public required long Events { get; init; }

    /// <summary>Shards of the present pail.</summary>
    public required long Shards { get; init; }

    /// <summary>Live documents.</summary>
    public required long Documents { get; init; }

    /// <summary>Documents that were deleted and have a tombstone.</summary>
    public required long Tombstones { get; init; }

    /// <summary>Files attached to live documents.</summary>
    public required long Attachments { get; init; }

    /// <summary>Documents of past states that compaction dropped, as it should: those states cannot be opened any more.</summary>
    public required long CompactedAway { get; init; }
}
