namespace FireproofBench.Load.Recording;

/// <summary>What a store may show that it must not.</summary>
internal enum AnomalyKind
{
    /// <summary>Something older than what was acknowledged or seen before.</summary>
    StaleRead,

    /// <summary>What was acknowledged is gone, or another write took its place unnoticed.</summary>
    LostUpdate,

    /// <summary>A file or an object that has to be there is not.</summary>
    MissingFile,

    /// <summary>Contents that nobody wrote.</summary>
    WrongBytes,
}
