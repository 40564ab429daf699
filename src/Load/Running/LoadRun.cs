using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Running;

/// <summary>Runs a scenario as a plan says.</summary>
/// <remarks>
/// In an open stretch one thread gives out arrivals at planned times, and workers take them; when all are busy arrivals wait, and their latency from the intended start goes on (Tene,
/// "How NOT to measure latency"; wrk2). In a closed stretch each worker begins the next iteration by itself.
/// Nothing here belongs to the process: several runs can go on in one.
/// </remarks>
internal sealed class LoadRun : IDisposable
{
    // Between the preparation and the first arrival, so that the generator does not begin late.
    private static readonly TimeSpan s_leastLead = TimeSpan.FromMilliseconds(20);

    // A timer may be late; the rest until a planned start is waited for as arrivals are.
    private static readonly TimeSpan s_plannedLead = TimeSpan.FromMilliseconds(250);

    // The clock may be set while a planned start is waited for.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestDrainOfInterrupted = TimeSpan.FromSeconds(5);

    private readonly ILoadScenario _scenario;
    private readonly LoadPlan _plan;
    private readonly LoadOptions _options;
    private readonly ILoadObserver _observer;
    private readonly LoadClock _clock;
    private readonly TimeSpan _lead;
    private readonly Recorder _recorder;
    private readonly Iteration[] _iterations;
    private readonly List<IntervalRow> _rows = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<long> _arrivals = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
    private int _waiting;
    private int _underWay;
    private string? _endedEarly;
    private Exception? _fault;
    private bool _isCollectorDown;

    private LoadRun(ILoadScenario scenario, LoadPlan plan, LoadOptions options, ILoadObserver observer)
    {
        (_scenario, _plan, _options, _observer) = (scenario, plan, options, observer);
        _clock = new LoadClock(options.Time);
        _lead = options.StartAt - _clock.Started is { } planned && planned > s_leastLead ? planned : s_leastLead;
        _recorder = new Recorder(scenario.Steps, _clock, LoadClock.Of(_lead + plan.WarmUp));
        _iterations = [.. Enumerable.Range(0, WorkersOf(plan, options)).Select(
            i => new Iteration(i, new Dice(options.Seed, $"worker {i}"), _recorder, _clock, _giveUp.Token))];
    }

    /// <summary>How many workers a run has: those who take arrivals, and the copies of closed stretches. Nobody is both: arrivals may still wait when a closed stretch begins.</summary>
    public static int WorkersOf(LoadPlan plan, LoadOptions options) => Math.Max(1, CopiesFrom(plan, options) + plan.MostCopies);

    private static int CopiesFrom(LoadPlan plan, LoadOptions options) => plan.HasArrivals ? options.Workers : 0;

    /// <summary>Prepares the scenario and runs the plan to its end, until it has to end early, or until the user ends it; what was measured by then is the outcome.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled during the preparation, or while the planned start was waited for.</exception>
    public static async Task<LoadOutcome> RunAsync(ILoadScenario scenario, LoadPlan plan, LoadOptions options, ILoadObserver observer, CancellationToken cancellation)
    {
        string? spent = await PrepareAsync(scenario, plan, options, observer, cancellation);
        if (spent is null && options.StartAt is { } start)
            spent = await WaitAsync(start, options, observer, cancellation);
        using LoadRun run = new(scenario, plan, options, observer);
        if (spent is not null)
            return run.WithoutLoad(spent);
        scenario.Observe(run._recorder);
        return await run.RunAsync(cancellation);
    }

    // Why the run has to end before there is any load; null for no reason. That is asked for with each step of the preparation, and at least once an interval.
    private static async Task<string?> PrepareAsync(ILoadScenario scenario, LoadPlan plan, LoadOptions options, ILoadObserver observer, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        string? reason = null;
        try
        {
            await using ITimer timer = options.Time.CreateTimer(_ => Look(), null, options.Interval, options.Interval);
            await scenario.PrepareAsync(WorkersOf(plan, options), new Telling(observer, Look), stop.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or StorageException && Volatile.Read(ref reason) is not null && !cancellation.IsCancellationRequested)
        {
            // It was ended for that reason.
        }

        Look();
        return reason;

        void Look()
        {
            if (options.EndsEarly?.Invoke() is { } found && Interlocked.CompareExchange(ref reason, found, null) is null)
                stop.Cancel();
        }
    }

    // Devices that are attached look at the store while they wait, and that costs too. Gives why the run has to end before there is any load; null for no reason.
    private static async Task<string?> WaitAsync(DateTimeOffset start, LoadOptions options, ILoadObserver observer, CancellationToken cancellation)
    {
        TimeSpan turn = options.Interval < s_longestWait ? options.Interval : s_longestWait;
        observer.Preparing(string.Create(CultureInfo.InvariantCulture, $"waits until {start.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"), null);
        for (TimeSpan left; (left = start - options.Time.GetUtcNow() - s_plannedLead) > TimeSpan.Zero;)
        {
            if (options.EndsEarly?.Invoke() is { } reason)
                return reason;
            await Task.Delay(left < turn ? left : turn, options.Time, cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        return null;
    }

    private LoadOutcome WithoutLoad(string reason) => new(_clock.Started, TimeSpan.Zero, TimeSpan.Zero, [], _recorder, 0, $"before there was load: {reason}", Interrupted: false) { HadLoad = false };

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _giveUp.Dispose();
        _over.Dispose();
    }

    private async Task<LoadOutcome> RunAsync(CancellationToken cancellation)
    {
        await using CancellationTokenRegistration interrupt = cancellation.Register(static run => ((LoadRun)run!)._stop.Cancel(), this);

        // Threads of their own: the pool is busy with the store's answers, and a folder blocks it.
        Task rows = OnThread("load collector", CollectUntilOver);
        Task generator = _plan.HasArrivals ? OnThread("load generator", Generate) : Task.CompletedTask;
        Task[] workers = [.. _iterations.Select(iteration => Task.Run(() => WorkAsync(iteration), CancellationToken.None))];
        try
        {
            await generator;
        }
        catch (Exception failure)
        {
            End(failure);
        }

        _ = _arrivals.Writer.TryComplete();
        Task all = Task.WhenAll(workers);
        TimeSpan left = LoadClock.Span(Math.Max(0, _recorder.Start + LoadClock.Of(_plan.Duration) - _clock.Now));

        // Until the plan is over, also where its last arrival came before, or has to end; then as long as what is under way may take. Whoever wants the end does not want to wait for that.
        await Task.Delay(left, _options.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        TimeSpan loaded = LoadClock.Span(Math.Max(0, _clock.Now - _recorder.Start));
        TimeSpan drain = cancellation.IsCancellationRequested && _options.Drain > s_longestDrainOfInterrupted ? s_longestDrainOfInterrupted : _options.Drain;
        await Task.WhenAny(all, Task.Delay(drain, _options.Time, CancellationToken.None));
        int unfinished = Volatile.Read(ref _underWay);
        await _giveUp.CancelAsync();
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(5), _options.Time, CancellationToken.None));
        while (_arrivals.Reader.TryRead(out long waiting))
            Drop(waiting, isOver: true);
        await _over.CancelAsync();
        await rows;
        if (_isCollectorDown)
            _rows.Add(_recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, keep: null));
        string? endedEarly = _fault is { } fault ? $"the load failed by itself: {fault.GetType().Name}: {fault.Message}" : _endedEarly;
        TimeSpan measured = _rows.Where(static row => row.At >= TimeSpan.Zero).Aggregate(TimeSpan.Zero, static (sum, row) => sum + row.Length);
        return new LoadOutcome(
            _clock.Started + LoadClock.Span(_recorder.Start), measured, loaded, [.. _rows], _recorder, unfinished, endedEarly, cancellation.IsCancellationRequested)
        { Fault = _fault, HadLoad = loaded > TimeSpan.Zero };
    }

    private static Task OnThread(string name, Action work)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = name,
            Priority = ThreadPriority.Highest,
        };
        thread.Start();
        return done.Task;
    }

    private void Generate()
    {
        _options.Pacer.GoFirst();
        long begin = LoadClock.Of(_lead);
        int number = 0;
        foreach (LoadSimulation simulation in _plan.All)
        {
            if (simulation.Rate is { } rate)
            {
                ArrivalSchedule schedule = new(rate, simulation.Duration, _plan.Arrivals, new Dice(_options.Seed, $"arrivals {number}"));
                while (schedule.Next() is { } next && !_stop.IsCancellationRequested)
                    Arrive(begin + LoadClock.Of(next));
            }

            begin += LoadClock.Of(simulation.Duration);
            number++;
        }
    }

    private void Arrive(long intended)
    {
        _options.Pacer.WaitUntil(_clock.TimestampOf(intended), _stop.Token);
        if (_stop.IsCancellationRequested)
            return;
        bool isMeasured = intended >= _recorder.Start;
        if (isMeasured)
            _recorder.Arrive(Math.Max(0, _clock.Now - intended));
        if (Volatile.Read(ref _waiting) >= _options.MaxWaiting)
        {
            Drop(intended);
            return;
        }

        Interlocked.Increment(ref _waiting);
        _ = _arrivals.Writer.TryWrite(intended);
    }

    private void Drop(long intended, bool isOver = false)
    {
        if (intended >= _recorder.Start)
            _recorder.Drop(isOver);
    }

    // What was measured by then is kept.
    private void End(Exception fault)
    {
        _ = Interlocked.CompareExchange(ref _fault, fault, null);
        _stop.Cancel();
    }

    private async Task WorkAsync(Iteration iteration)
    {
        try
        {
            int copy = iteration.Worker - CopiesFrom(_plan, _options);
            await (copy < 0 ? TakeArrivalsAsync(iteration) : KeepCopyAsync(iteration, copy));
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            // It was given up, and is counted as that.
        }
        catch (Exception failure)
        {
            End(failure);
        }
    }

    private async Task TakeArrivalsAsync(Iteration iteration)
    {
        while (await NextArrivalAsync() is { } intended)
        {
            Interlocked.Decrement(ref _waiting);

            // Whoever wants the end wants nothing more to begin.
            if (_stop.IsCancellationRequested || _giveUp.IsCancellationRequested)
                Drop(intended, isOver: true);
            else
                await IterateAsync(iteration, intended);
        }
    }

    // Null when no more will come. An arrival wakes one worker that reads, but would wake each that waits for there to be something to read.
    private async ValueTask<long?> NextArrivalAsync()
    {
        try
        {
            return await _arrivals.Reader.ReadAsync(CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    // A copy takes part in each closed stretch that has that many copies, from the time on at which the line between both numbers rounds to it.
    private async Task KeepCopyAsync(Iteration iteration, int copy)
    {
        long begin = LoadClock.Of(_lead);
        foreach (LoadSimulation simulation in _plan.All)
        {
            long end = begin + LoadClock.Of(simulation.Duration);
            if (simulation.Copies is { } copies && await BeginAsync(copy, copies, begin, end))
            {
                long last = LastOf(copy, copies, begin, end);
                while (_clock.Now < last && !_stop.IsCancellationRequested)
                    await IterateAsync(iteration, null);
            }

            if (_stop.IsCancellationRequested)
                break;
            begin = end;
        }
    }

    private async ValueTask<bool> BeginAsync(int copy, (int From, int To) copies, long begin, long end)
    {
        if (copy >= Math.Max(copies.From, copies.To))
            return false;
        double share = copy < copies.From ? 0 : (copy - copies.From + 0.5) / (copies.To - copies.From);
        long from = begin + (long)(share * (end - begin));
        try
        {
            // A timer counts whole milliseconds, and may ring early by a part of one.
            for (long wait; (wait = from - _clock.Now) > 0;)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, wait / 1_000_000)), _options.Time, _stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static long LastOf(int copy, (int From, int To) copies, long begin, long end) =>
        copy < copies.To ? end : begin + (long)((copies.From - copy - 0.5) / (copies.From - copies.To) * (end - begin));

    private async ValueTask IterateAsync(Iteration iteration, long? intended)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            iteration.Begin(intended);
            await _scenario.RunAsync(iteration);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void CollectUntilOver()
    {
        try
        {
            CollectAll();
        }
        catch (Exception failure)
        {
            _isCollectorDown = true;
            End(failure);
        }
    }

    private void CollectAll()
    {
        long step = LoadClock.Of(_options.Interval);

        // A row ends where the measured part begins.
        long next = _recorder.Start;
        while (next - step > _clock.Now)
            next -= step;
        while (true)
        {
            _options.Pacer.WaitUntil(_clock.TimestampOf(next), _over.Token);
            bool isLast = _over.IsCancellationRequested;
            Collect();
            if (isLast)
                return;
            next += step;
            if (_options.EndsEarly?.Invoke() is { } reason && !_stop.IsCancellationRequested)
            {
                _endedEarly ??= reason;
                _stop.Cancel();
            }
        }
    }

    private void Collect()
    {
        TimeSpan at = _rows.Count == 0 ? TimeSpan.Zero : _rows[^1].At + _rows[^1].Length;
        TimeSpan length = LoadClock.Span(_clock.Now - _recorder.Start) - at;
        IntervalRow row = _recorder.Collect(_scenario.Gauges(), (step, totals) => _observer.Keep(step, at, length, totals));
        _rows.Add(row);
        _observer.Ended(row);
    }

    private sealed class Telling(ILoadObserver observer, Action look) : IProgress<(string What, double? Share)>
    {
        public void Report((string What, double? Share) value)
        {
            observer.Preparing(value.What, value.Share);
            look();
        }
    }
}
