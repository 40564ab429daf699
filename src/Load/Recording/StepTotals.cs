namespace FireproofBench.Load.Recording;

/// <summary>All of one step, or one interval of it. Not safe for several callers.</summary>
internal sealed class StepTotals
{
    /// <summary>Latencies from the intended start of the iteration: what a user who came at that time had to wait, also for those before.</summary>
    public Latencies Intended { get; } = new();

    /// <summary>Latencies from the actual start of the call.</summary>
    public Latencies Actual { get; } = new();

    /// <summary>Bytes of content that successful calls moved.</summary>
    public long Bytes { get; set; }

    /// <summary>Calls that failed, by what went wrong.</summary>
    public SortedDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls that failed.</summary>
    public long Failed { get; private set; }

    /// <summary>Counts a failed call.</summary>
    public void Fail(string error, long count = 1)
    {
        Failed += count;
        Errors[error] = Errors.GetValueOrDefault(error) + count;
    }

    /// <summary>Adds all of another, and empties it.</summary>
    public void Take(StepTotals other)
    {
        Add(other);
        other.Clear();
    }

    /// <summary>Adds all of another.</summary>
    public void Add(StepTotals other)
    {
        Intended.Add(other.Intended);
        Actual.Add(other.Actual);
        Bytes += other.Bytes;
        foreach ((string error, long count) in other.Errors)
            Fail(error, count);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (Actual.Count > 0)
        {
            Intended.Histogram.Reset();
            Actual.Histogram.Reset();
        }

        (Bytes, Failed) = (0, 0);
        Errors.Clear();
    }
}
