namespace FireproofBench.Load.Scenarios;

/// <summary>The numbers of a scenario.</summary>
internal sealed record ScenarioSettings
{
    /// <summary>Smallest and largest content, in bytes.</summary>
    public const int LeastSize = 128;

    /// <summary>Largest content, in bytes.</summary>
    public const int MostSize = 64 << 20;

    /// <summary>Most objects or documents that are prepared.</summary>
    public const int MostItems = 10_000_000;

    /// <summary>How long each content is, in bytes.</summary>
    public int Size { get; init; } = 4096;

    /// <summary>How many objects or documents are prepared.</summary>
    public int Items { get; init; } = 1000;

    /// <summary>Whether all devices write the same documents, or all workers the same objects; else each its own.</summary>
    public bool IsShared { get; init; }

    /// <summary>How many contents are read back in the end, where that is not all of them: all of a short run, and of a long one as many as tell a loss of one in a thousand.</summary>
    public int ReadBack { get; init; } = 4000;

    /// <summary>Gives each content its data, as far as the scenario takes some; null for what load makes itself.</summary>
    public IDataFeed? Feed { get; init; }
}
