namespace FireproofBench.Engine.Compaction;

/// <summary>What a block of a data file is, told by its first bytes.</summary>
internal enum BlockForm
{
    /// <summary>None of the others: kept as it is.</summary>
    Other,

    /// <summary>The header of a commit.</summary>
    Header,

    /// <summary>A document or a tombstone.</summary>
    Document,

    /// <summary>A shard of the pail.</summary>
    Shard,

    /// <summary>An event of the clock.</summary>
    Event,

    /// <summary>The index of a group's blocks.</summary>
    Index,
}
