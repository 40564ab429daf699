using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Runs many worlds, one a seed, and adds up what they did. Each world has a thread to itself; which thread makes no difference to it.</summary>
/// <param name="options">Which worlds.</param>
/// <param name="observe">Told after each world, by one thread at a time: how many were run, and the newest.</param>
/// <param name="run">Runs a world, and tells of its steps; null for <see cref="WorldRun"/>.</param>
internal sealed class Campaign(CampaignOptions options, Action<long, WorldResult> observe, Func<Plan, Pulse, WorldResult>? run = null)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly Func<Plan, Pulse, WorldResult> _run = run ?? (static (plan, pulse) => WorldRun.Run(plan, pulse: pulse));
    private readonly ConcurrentDictionary<Plan, Watch> _underWay = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _gate = new();
    private readonly List<WorldResult> _failures = [];
    private readonly List<long> _unlike = [];
    private readonly SortedDictionary<string, long> _profiles = new(StringComparer.Ordinal);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _next = options.Seeds.From;
    private long _seeds;
    private long _last = options.Seeds.From;
    private TimeSpan _virtual;
    private TimeSpan _settling;
    private long _worldSteps;
    private long _acknowledged;
    private long _readings;
    private long _requests;
    private long _untidy;
    private UInt128 _digest;
    private bool _isOver;

    /// <summary>Runs all.</summary>
    /// <param name="interrupt">Ends it after the worlds that are under way.</param>
    public async Task<CampaignResult> RunAsync(CancellationToken interrupt)
    {
        DateTimeOffset started = DateTimeOffset.UtcNow;
        Task all = Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Factory.StartNew(
            () => Work(interrupt), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        // A thread whose world does not end cannot be stopped: it is left behind, and with it the campaign ends.
        while (await Task.WhenAny(all, Task.Delay(s_look, CancellationToken.None)) != all && !GivesUp())
            ;
        if (all.IsCompleted)
            await all;
        lock (_gate)
            return Result(started, interrupt);
    }

    private CampaignResult Result(DateTimeOffset started, CancellationToken interrupt) => new()
    {
        Options = options,
        StartedAt = started,
        Elapsed = _clock.Elapsed,
        Seeds = _seeds,
        LastSeed = _last,
        VirtualTime = _virtual,
        WorldSteps = _worldSteps,
        Acknowledged = _acknowledged,
        Readings = _readings,
        Requests = _requests,
        LongestSettling = _settling,
        Untidy = _untidy,
        Digest = _digest.ToString("x32", CultureInfo.InvariantCulture),
        Profiles = _profiles.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Failures = [.. _failures.OrderBy(static failure => failure.Plan.Seed)],
        Unlike = [.. _unlike.Order()],
        WasInterrupted = interrupt.IsCancellationRequested,
    };

    private bool GivesUp()
    {
        foreach ((Plan plan, Watch watch) in _underWay)
        {
            long steps = watch.Pulse.Steps;
            if (steps != watch.Steps)
            {
                watch.Steps = steps;
                watch.Since = _clock.Elapsed;
                continue;
            }

            if (_clock.Elapsed - watch.Since < options.Patience)
                continue;
            lock (_gate)
            {
                // It may have come to its end just now.
                if (watch.Pulse.Steps != steps || !_underWay.ContainsKey(plan))
                    continue;
                Add(WorldResult.Endless(plan, steps, options.Patience), isAlike: true);
                _isOver = true;
            }

            return true;
        }

        return false;
    }

    private WorldResult Run(long seed)
    {
        Plan plan = options.PlanOf(seed);
        Watch watch = new() { Since = _clock.Elapsed };
        _underWay[plan] = watch;
        try
        {
            return _run(plan, watch.Pulse);
        }
        finally
        {
            _ = _underWay.TryRemove(plan, out _);
        }
    }

    private void Work(CancellationToken interrupt)
    {
        while (!interrupt.IsCancellationRequested && TryTake(out long seed))
        {
            WorldResult result = Run(seed);
            bool isAlike = !options.Twice || Run(seed).Digest == result.Digest;
            lock (_gate)
            {
                if (_isOver)
                    return;
                Add(result, isAlike);
            }
        }
    }

    private bool TryTake(out long seed)
    {
        lock (_gate)
        {
            seed = _next;
            bool isThere = !_isOver && _failures.Count + _unlike.Count < options.MostViolations
                && (options.Duration is { } duration ? _clock.Elapsed < duration : seed <= options.Seeds.To);
            if (isThere)
                _next++;
            return isThere;
        }
    }

    private void Add(WorldResult result, bool isAlike)
    {
        _seeds++;
        _last = Math.Max(_last, result.Plan.Seed);
        _virtual += result.Elapsed;
        _worldSteps += result.WorldSteps;
        _acknowledged += result.Acknowledged.Count;
        _readings += result.Readings;
        _requests += result.Requests;
        _untidy += result.IsUntidy ? 1 : 0;
        _digest = unchecked(_digest + Weighed(result));
        if (result.Settled > _settling)
            _settling = result.Settled;
        string profile = result.Plan.Store.Split('?')[0]["sim:".Length..];
        _profiles[profile] = _profiles.GetValueOrDefault(profile) + 1;
        if (!result.IsSound)
            _failures.Add(result with { History = null, Acknowledged = [] });
        if (!isAlike)
            _unlike.Add(result.Plan.Seed);
        observe(_seeds, result);
    }

    // A sum, since workers end in any order; each seed with a weight of its own, so that two worlds cannot change places unseen.
    private static UInt128 Weighed(WorldResult result) =>
        UInt128.TryParse(result.Digest, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out UInt128 digest) ? unchecked(digest * (UInt128)((2 * result.Plan.Seed) + 1)) : 0;

    // A world under way: how many steps it had when it was last looked at, and since when.
    private sealed class Watch
    {
        public Pulse Pulse { get; } = new();

        public long Steps { get; set; }

        public TimeSpan Since { get; set; }
    }
}
