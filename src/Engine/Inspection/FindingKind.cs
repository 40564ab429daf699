namespace FireproofBench.Engine.Inspection;

/// <summary>What an inspection can find. The kinds up to <see cref="MissingAttachment"/> are damage, the others are worth knowing.</summary>
public enum FindingKind
{
    /// <summary>The heads cannot be read or put together: the database does not open.</summary>
    Unopenable,

    /// <summary>A file that the log names is not there.</summary>
    MissingFile,

    /// <summary>A file is not what its name says, cannot be opened with the keys at hand, or is not of the format.</summary>
    CorruptFile,

    /// <summary>A block that the present state or the history needs is in no file.</summary>
    MissingBlock,

    /// <summary>A block is not what its content id names, or not what its place demands.</summary>
    CorruptBlock,

    /// <summary>An attached file of a live document is not there, or not in the file that the document names.</summary>
    MissingAttachment,

    /// <summary>A block that is needed is only in a file that a compaction replaced and a later one may delete. Compacting takes it over.</summary>
    OnlyInReplaced,

    /// <summary>A file that nothing refers to: left by a commit that did not come to its end, by a document that is gone, or by a writer whose head was overwritten.</summary>
    Orphan,

    /// <summary>A file that a compaction replaced, kept until the next one for readers that still use it.</summary>
    KeptForGrace,

    /// <summary>A name among the data files that is none of the format's.</summary>
    Foreign,
}
