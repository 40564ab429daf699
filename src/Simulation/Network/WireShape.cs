namespace FireproofBench.Simulation.Network;

/// <summary>How a network treats messages. Parts are of all requests, from 0 to 1.</summary>
internal sealed record WireShape
{
    /// <summary>The mean of one way. Each takes half to one and a half times as long, by chance.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>After how long a client gives up waiting for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The part of the requests that get lost on the way.</summary>
    public double Lost { get; init; }

    /// <summary>The part whose answer gets lost: what they ask for is done.</summary>
    public double Unanswered { get; init; }

    /// <summary>The part that arrives after its client gave up, and is done then.</summary>
    public double Late { get; init; }

    /// <summary>The part that arrives a second time, some time later.</summary>
    public double Twice { get; init; }

    /// <summary>The part of the files that arrive with a bit changed.</summary>
    public double Damaged { get; init; }

    /// <summary>Whether every message arrives, once and in time.</summary>
    public bool IsSteady => Lost == 0 && Unanswered == 0 && Late == 0 && Twice == 0;
}
