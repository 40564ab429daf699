namespace FireproofBench.Load.Feeds;

/// <summary>What a scenario takes from the rows of a feed.</summary>
internal enum FeedUse
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Each document that it writes has the fields of a row.</summary>
    Documents,

    /// <summary>Each object that it writes is as long as the field <c>size</c> of a row says.</summary>
    Sizes,
}
