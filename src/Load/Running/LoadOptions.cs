namespace FireproofBench.Load.Running;

/// <summary>How a run is made.</summary>
internal sealed record LoadOptions
{
    /// <summary>Decides everything left to chance.</summary>
    public required long Seed { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>When the load is to begin, the warm-up first, as other runs may that go on side by side; null for as soon as all is prepared. It begins later where the preparation takes longer.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Waits for the arrivals.</summary>
    public IPacer Pacer { get; init; } = new ThreadPacer();

    /// <summary>How many iterations of an open model are under way at most; those that arrive meanwhile wait.</summary>
    public int Workers { get; init; } = 256;

    /// <summary>How many arrivals may wait for a worker; what comes beyond them is dropped, and counted.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>How long what is under way at the end may take to finish.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one row of the results is.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Why a run has to end early; asked after each interval, and in the preparation with each step too, by several callers at once. Null as long as there is no reason.</summary>
    public Func<string?>? EndsEarly { get; init; }
}
