using System.Collections.Immutable;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>All calls that some recording gateways saw, in one order. Safe for any number of callers at once.</summary>
/// <param name="time">The clock of the records.</param>
public sealed class CallHistory(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<CallRecord> _records = [];
    private readonly long _start = time.GetTimestamp();
    private long _sequence;

    /// <summary>The calls so far, in the order in which they were made; those that have not returned have no outcome.</summary>
    public ImmutableArray<CallRecord> Records
    {
        get
        {
            lock (_lock)
                return [.. _records];
        }
    }

    /// <summary>A call is made.</summary>
    /// <returns>Its place, for <see cref="End"/>.</returns>
    internal int Begin(Func<long, TimeSpan, CallRecord> describe)
    {
        lock (_lock)
        {
            _records.Add(describe(_sequence++, time.GetElapsedTime(_start)));
            return _records.Count - 1;
        }
    }

    /// <summary>A call has returned.</summary>
    internal void End(int index, Func<CallRecord, long, TimeSpan, CallRecord> complete)
    {
        lock (_lock)
            _records[index] = complete(_records[index], _sequence++, time.GetElapsedTime(_start));
    }
}
