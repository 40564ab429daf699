namespace FireproofBench.Load.Judging;

/// <summary>What a threshold is about.</summary>
internal enum ThresholdMetric
{
    /// <summary>A percentile of a latency, in seconds.</summary>
    Percentile,

    /// <summary>The mean of a latency, in seconds.</summary>
    Mean,

    /// <summary>The longest latency, in seconds.</summary>
    Max,

    /// <summary>Successful calls a second.</summary>
    Rate,

    /// <summary>Successful calls.</summary>
    Count,

    /// <summary>Bytes of content a second.</summary>
    ByteRate,

    /// <summary>Failed calls.</summary>
    Errors,

    /// <summary>Failed calls as a share of all, 0 to 1.</summary>
    ErrorShare,

    /// <summary>Anomalies.</summary>
    Anomalies,

    /// <summary>Arrivals that nobody took.</summary>
    Dropped,

    /// <summary>Iterations that were given up at the end.</summary>
    Unfinished,

    /// <summary>How late the generator was at its 99th percentile, in seconds.</summary>
    Lateness,
}
