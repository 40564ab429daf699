namespace FireproofBench.Load.Feeds;

/// <summary>Gives each content that a run writes its data. The same worker and number give the same row, so that a run can be repeated whatever runs beside it.</summary>
internal interface IDataFeed
{
    /// <summary>The row of a content.</summary>
    /// <param name="worker">Who writes it, from 0; below 0 for what is prepared.</param>
    /// <param name="number">Which of its contents it is, from 0.</param>
    FeedRow Next(int worker, long number);
}
