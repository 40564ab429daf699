using System.Collections.Immutable;

namespace FireproofBench.Load.Recording;

/// <summary>Takes what happens in a run, and gives it interval by interval and as a whole. Safe for any number of callers.</summary>
/// <remarks>One histogram a processor: a common one costs 100 ns a call under contention, and a plain one without a lock loses counts.</remarks>
internal sealed class Recorder
{
    /// <summary>Most anomalies that are kept with their words; all are counted.</summary>
    public const int MaxTold = 200;

    /// <summary>Most events of the engine that are kept with their times; all are counted.</summary>
    public const int MaxEvents = 1000;

    private readonly LoadClock _clock;
    private readonly Stripe[] _stripes;
    private readonly StepTotals[] _interval;
    private readonly StepTotals[] _measured;
    private readonly Latencies _generator = new();
    private readonly Lock _lock = new();
    private readonly long[] _anomalies = new long[Enum.GetValues<AnomalyKind>().Length];
    private readonly long[] _shown = new long[Enum.GetValues<AnomalyKind>().Length];
    private readonly List<Anomaly> _told = [];
    private readonly List<EngineEvent> _events = [];
    private long _dropped;
    private long _notBegun;
    private long _since;

    /// <summary>A recorder that measures from a time on.</summary>
    /// <param name="steps">The names of the steps.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="start">When the measured part begins, by the clock.</param>
    public Recorder(ImmutableArray<string> steps, LoadClock clock, long start)
    {
        Steps = steps;
        Start = start;
        _clock = clock;
        _stripes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Stripe(steps.Length))];
        _interval = [.. steps.Select(static _ => new StepTotals())];
        _measured = [.. steps.Select(static _ => new StepTotals())];
        Totals = [.. steps.Select(static _ => new StepTotals())];
        _since = clock.Now;
    }

    /// <summary>The names of the steps.</summary>
    public ImmutableArray<string> Steps { get; }

    /// <summary>When the measured part begins.</summary>
    public long Start { get; }

    /// <summary>Each step of the measured part, as far as it was collected.</summary>
    public ImmutableArray<StepTotals> Totals { get; }

    /// <summary>How late the generator was in the measured part, as far as it was collected.</summary>
    public Latencies GeneratorTotal { get; } = new();

    /// <summary>How late iterations began in the measured part, as far as it was collected.</summary>
    public Latencies StartTotal { get; } = new();

    /// <summary>Arrivals of the measured part that were dropped, as far as it was collected.</summary>
    public long DroppedTotal { get; private set; }

    /// <summary>Those of <see cref="DroppedTotal"/> that still waited for a worker when the run was over: not too many waited for them.</summary>
    public long NotBegunTotal { get; private set; }

    /// <summary>How many contents were read back in the end, and of how many, where that is a part of them as a rule; null where all are looked at.</summary>
    public (long Read, long Written)? ReadBack { get; set; }

    /// <summary>How often each anomaly was seen; also in the warm-up, since there is no excuse for one.</summary>
    public ImmutableSortedDictionary<AnomalyKind, long> Anomalies
    {
        get
        {
            lock (_lock)
                return Counted(_anomalies);
        }
    }

    /// <summary>The first anomalies, in words.</summary>
    public ImmutableArray<Anomaly> Told
    {
        get
        {
            lock (_lock)
                return [.. _told];
        }
    }

    /// <summary>The first events of the engine that came one by one; what is frequent, such as a commit, is only counted.</summary>
    public ImmutableArray<EngineEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>A call succeeded.</summary>
    /// <param name="step">Which step.</param>
    /// <param name="actual">Nanoseconds from its start.</param>
    /// <param name="lateness">Nanoseconds that its iteration began late.</param>
    /// <param name="bytes">Bytes of content that it moved.</param>
    /// <param name="isMeasured">Whether the iteration is one of the measured part.</param>
    public void Succeed(int step, long actual, long lateness, long bytes, bool isMeasured = true)
    {
        Stripe stripe = Here();
        lock (stripe.Lock)
        {
            StepTotals totals = stripe.Of(step, isMeasured);
            totals.Actual.Record(actual);
            totals.Intended.Record(actual + lateness);
            totals.Bytes += bytes;
        }
    }

    /// <summary>A call failed.</summary>
    public void Fail(int step, string error, bool isMeasured = true)
    {
        Stripe stripe = Here();
        lock (stripe.Lock)
            stripe.Of(step, isMeasured).Fail(error);
    }

    /// <summary>An iteration began.</summary>
    /// <param name="lateness">Nanoseconds after its intended start.</param>
    /// <param name="isMeasured">Whether it is one of the measured part.</param>
    public void Begin(long lateness, bool isMeasured = true)
    {
        Stripe stripe = Here();
        lock (stripe.Lock)
        {
            if (isMeasured)
                stripe.Start.Record(lateness);
            else
                stripe.Warm++;
        }
    }

    /// <summary>The generator gave out an arrival of the measured part.</summary>
    /// <param name="lateness">Nanoseconds after its intended start.</param>
    public void Arrive(long lateness)
    {
        lock (_lock)
            _generator.Record(lateness);
    }

    /// <summary>The generator had nobody to give an arrival of the measured part to.</summary>
    /// <param name="isOver">Whether it waited, and the run was over before its turn came.</param>
    public void Drop(bool isOver = false)
    {
        _ = Interlocked.Increment(ref _dropped);
        if (isOver)
            _ = Interlocked.Increment(ref _notBegun);
    }

    /// <summary>An anomaly was seen.</summary>
    public void See(AnomalyKind kind, string what)
    {
        lock (_lock)
        {
            _anomalies[(int)kind]++;
            if (_told.Count < MaxTold)
                _told.Add(new Anomaly(SinceStart(_clock.Now), kind, what));
        }
    }

    /// <summary>Something of the engine's happened that is rare enough to be told one by one.</summary>
    /// <param name="name">What, as <see cref="EngineEvent"/> names it.</param>
    /// <param name="duration">How long it took, until now.</param>
    public void Note(string name, TimeSpan duration)
    {
        Count(name, 1);
        lock (_lock)
        {
            if (_events.Count < MaxEvents)
                _events.Add(new EngineEvent(SinceStart(_clock.Now), name, duration));
        }
    }

    /// <summary>Something of the engine's happened that is as frequent as calls.</summary>
    /// <param name="name">What, as <see cref="EngineEvent"/> names it.</param>
    /// <param name="count">How often.</param>
    public void Count(string name, long count)
    {
        Stripe stripe = Here();
        lock (stripe.Lock)
            stripe.Events[name] = stripe.Events.GetValueOrDefault(name) + count;
    }

    /// <summary>Ends the interval, and begins the next. One caller at a time.</summary>
    /// <param name="gauges">What the scenario shows.</param>
    /// <param name="keep">Gets what is measured of each step of the interval, while the call lasts; null for nobody.</param>
    public IntervalRow Collect(ImmutableSortedDictionary<string, double> gauges, Action<string, StepTotals>? keep)
    {
        long now = _clock.Now;
        Latencies start = new();
        long warm = 0;
        SortedDictionary<string, long> events = new(StringComparer.Ordinal);
        foreach (Stripe stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                for (int i = 0; i < _interval.Length; i++)
                {
                    _measured[i].Take(stripe.Measured[i]);
                    _interval[i].Take(stripe.WarmUp[i]);
                }

                start.Take(stripe.Start);
                warm += stripe.Warm;
                stripe.Warm = 0;
                foreach ((string name, long count) in stripe.Events)
                    events[name] = events.GetValueOrDefault(name) + count;
                stripe.Events.Clear();
            }
        }

        Latencies generator = new();
        ImmutableSortedDictionary<AnomalyKind, long> anomalies;
        lock (_lock)
        {
            generator.Take(_generator);
            anomalies = Counted(Fresh());
        }

        for (int i = 0; i < _interval.Length; i++)
            _interval[i].Add(_measured[i]);
        long dropped = Interlocked.Exchange(ref _dropped, 0);
        IntervalRow row = new(
            SinceStart(_since),
            LoadClock.Span(now - _since),
            [.. _interval.Select((step, i) => new StepRow(Steps[i], step.Failed, step.Bytes, step.Intended.Summary(), step.Actual.Summary()))],
            start.Count + warm,
            dropped,
            generator.Summary(),
            start.Summary(),
            anomalies,
            gauges)
        { Events = events.ToImmutableSortedDictionary(StringComparer.Ordinal) };
        for (int i = 0; i < _interval.Length; i++)
        {
            keep?.Invoke(Steps[i], _measured[i]);
            Totals[i].Take(_measured[i]);
            _interval[i].Clear();
        }

        GeneratorTotal.Add(generator);
        StartTotal.Add(start);
        DroppedTotal += dropped;
        NotBegunTotal += Interlocked.Exchange(ref _notBegun, 0);
        _since = now;
        return row;
    }

    // What was seen since it was asked for last.
    private long[] Fresh()
    {
        long[] fresh = [.. _anomalies.Select((count, i) => count - _shown[i])];
        _anomalies.CopyTo(_shown, 0);
        return fresh;
    }

    private static ImmutableSortedDictionary<AnomalyKind, long> Counted(long[] counts) =>
        Enum.GetValues<AnomalyKind>().Where(kind => counts[(int)kind] > 0).ToImmutableSortedDictionary(static kind => kind, kind => counts[(int)kind]);

    private TimeSpan SinceStart(long at) => LoadClock.Span(at - Start);

    private Stripe Here() => _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
}
