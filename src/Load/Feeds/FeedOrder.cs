namespace FireproofBench.Load.Feeds;

/// <summary>Which row comes next.</summary>
internal enum FeedOrder
{
    /// <summary>The rows one after the other, shared among the workers, and from the first again when all were used.</summary>
    Circular,

    /// <summary>Any, each with the same chance.</summary>
    Random,

    /// <summary>Each worker has one row, and keeps it.</summary>
    Constant,
}
