using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>Counts and orders, no speed: the machine may be busy.</summary>
public sealed class LoadRunTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_stall_shows_in_latencies_from_the_intended_start_and_hides_in_those_from_the_actual_one()
    {
        // One call of a thousand waits for 600 ms, and those behind it with it.
        int calls = 0;
        Scenario scenario = new(_ => Interlocked.Increment(ref calls) == 200 ? Task.Delay(600) : Task.CompletedTask);
        LoadOutcome outcome = await RunAsync(scenario, new Inject(500, 2 * s_second), workers: 1);
        StepTotals put = outcome.Recorder.Totals[0];
        Assert.InRange(put.Intended.At(95), TimeSpan.FromMilliseconds(400), 5 * s_second);
        Assert.InRange(put.Actual.At(95), TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        Assert.InRange(put.Actual.At(100), TimeSpan.FromMilliseconds(590), 5 * s_second);
        Assert.Equal(1000, put.Actual.Count);
        Assert.Equal(1000, outcome.Recorder.GeneratorTotal.Count);
    }

    [Fact]
    public async Task In_a_closed_model_exactly_so_many_run_at_once()
    {
        int now = 0;
        int most = 0;
        Scenario scenario = new(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Delay(20);
            Interlocked.Decrement(ref now);
        });
        LoadOutcome outcome = await RunAsync(scenario, new KeepConstant(5, s_second));
        Assert.Equal((0, 5), (now, most));
        Assert.Equal(scenario.Iterations, outcome.Recorder.StartTotal.Count);
        Assert.Equal(0, outcome.Recorder.GeneratorTotal.Count);
    }

    [Fact]
    public async Task A_ramp_of_copies_begins_with_the_first_number_and_ends_with_the_second()
    {
        int workers = 0;
        Scenario scenario = new(async iteration =>
        {
            workers |= 1 << iteration.Worker;
            await Task.Delay(5);
        });
        LoadOutcome outcome = await RunAsync(scenario, new RampingConstant(1, 4, 2 * s_second));
        Assert.Equal(0b1111, workers);
        Assert.Equal(4, LoadRun.WorkersOf(new LoadPlan([new RampingConstant(1, 4, s_second)]), new LoadOptions { Seed = 1 }));
        Assert.Equal(0, outcome.Unfinished);
    }

    [Fact]
    public async Task What_nobody_can_take_and_nobody_may_wait_with_is_dropped_and_counted()
    {
        Scenario scenario = new(_ => Task.Delay(300));
        LoadOutcome outcome = await RunAsync(scenario, new Inject(200, s_second), workers: 2, waiting: 10);
        Assert.Equal(200, outcome.Recorder.DroppedTotal + scenario.Iterations);
        Assert.True(outcome.Recorder.DroppedTotal > 100);
        Assert.Equal(0, outcome.Recorder.NotBegunTotal);
        Assert.EndsWith("too many waited for a free worker.", Assert.Single(LoadText.Dropped(outcome.Recorder)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_warm_up_does_is_in_its_rows_and_in_no_total()
    {
        Scenario scenario = new(static _ => Task.CompletedTask);
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, new LoadPlan([new Inject(100, s_second)], s_second), Options(), new UnheardRun(), CancellationToken.None);
        Assert.Equal(200, scenario.Iterations);
        Assert.Equal(100, outcome.Recorder.Totals[0].Actual.Count);
        Assert.Equal(100, outcome.Recorder.GeneratorTotal.Count);
        Assert.InRange(outcome.Rows.Where(static row => row.At < TimeSpan.Zero).Sum(static row => row.Started), 90, 110);
    }

    [Fact]
    public async Task What_fails_is_counted_by_what_went_wrong()
    {
        int calls = 0;
        Scenario scenario = new(_ => Interlocked.Increment(ref calls) % 4 == 0 ? throw new StorageException(StorageErrorKind.Throttled, "put", "k", "slow down") : Task.CompletedTask);
        LoadOutcome outcome = await RunAsync(scenario, new Inject(100, s_second));
        Assert.Equal(25, outcome.Recorder.Totals[0].Errors["Throttled"]);
        Assert.Equal(75, outcome.Recorder.Totals[0].Actual.Count);
        ImmutableArray<ThresholdResult> judged = ThresholdCheck.Of(outcome, [Threshold.Read("errors < 25%", ["put"]), Threshold.Read("errors <= 25%", ["put"]), Threshold.Read("count == 75", ["put"])]);
        Assert.Equal([false, true, true], judged.Select(static result => result.Holds));
    }

    [Fact]
    public async Task A_fault_of_the_scenario_itself_ends_the_run_with_what_was_measured()
    {
        int calls = 0;
        Scenario scenario = new(_ => Interlocked.Increment(ref calls) == 11 ? throw new ArgumentException("no such document") : Task.CompletedTask);
        LoadOutcome outcome = await RunAsync(scenario, new KeepConstant(1, 600 * s_second));
        Assert.Equal("no such document", Assert.IsType<ArgumentException>(outcome.Fault).Message);
        Assert.Equal("the load failed by itself: ArgumentException: no such document", outcome.EndedEarly);
        Assert.Equal((10, 0), (outcome.Recorder.Totals[0].Actual.Count, outcome.Unfinished));
        Assert.False(outcome.Interrupted);
    }

    [Fact]
    public async Task A_fault_of_whoever_collects_ends_the_run_with_what_was_measured()
    {
        int looks = 0;
        Scenario scenario = new(static _ => Task.Delay(5)) { Look = () => { if (Interlocked.Increment(ref looks) == 3) throw new InvalidOperationException("no such gauge"); } };
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, new LoadPlan([new KeepConstant(2, 600 * s_second)]), Options() with { Interval = 0.1 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal("no such gauge", outcome.Fault?.Message);
        Assert.Equal(scenario.Iterations, outcome.Recorder.Totals[0].Actual.Count);
    }

    [Fact]
    public async Task What_is_given_up_between_two_calls_is_no_fault()
    {
        Scenario scenario = new(static _ => Task.CompletedTask) { Before = static iteration => Task.Delay(Timeout.Infinite, iteration.Cancellation) };
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(3, 0.2 * s_second)]), Options() with { Drain = 0.2 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal((null, null, 3), (outcome.Fault, outcome.EndedEarly, outcome.Unfinished));
    }

    [Fact]
    public async Task An_interrupted_run_gives_what_was_measured_so_far()
    {
        using CancellationTokenSource interrupt = new();
        Scenario scenario = new(static _ => Task.Delay(5));
        scenario.After(50, interrupt.Cancel);
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, new LoadPlan([new KeepConstant(2, 600 * s_second)]), Options(), new UnheardRun(), interrupt.Token);
        Assert.True(outcome.Interrupted);
        Assert.InRange(outcome.Recorder.StartTotal.Count, 50, 1000);
        Assert.Equal(scenario.Iterations, outcome.Recorder.StartTotal.Count);
    }

    [Fact]
    public async Task A_run_ends_early_when_its_budget_is_spent_and_says_why()
    {
        Scenario scenario = new(static _ => Task.Delay(5));
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(2, 600 * s_second)]), Options() with { EndsEarly = () => scenario.Iterations > 20 ? "that is enough" : null }, new UnheardRun(), CancellationToken.None);
        Assert.Equal("that is enough", outcome.EndedEarly);
        Assert.False(outcome.Interrupted);
    }

    [Fact]
    public async Task An_open_stretch_lasts_as_long_as_was_asked_for_also_when_its_last_arrival_came_before()
    {
        Scenario scenario = new(static _ => Task.CompletedTask);
        LoadOutcome outcome = await RunAsync(scenario, new Inject(2, s_second));
        Assert.Equal(2, scenario.Iterations);
        Assert.True(outcome.Loaded > 0.95 * s_second);
        Assert.InRange(outcome.RateOf(0).Calls, 0.5, 2.2);
    }

    [Fact]
    public async Task A_run_whose_budget_is_spent_in_the_warm_up_had_no_load()
    {
        Scenario scenario = new(static _ => Task.CompletedTask);
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario,
            new LoadPlan([new Inject(100, s_second)], 60 * s_second),
            Options() with { Interval = 0.1 * s_second, EndsEarly = () => scenario.Iterations > 10 ? "that is enough" : null },
            new UnheardRun(),
            CancellationToken.None);
        Assert.Equal((false, "that is enough"), (outcome.HadLoad, outcome.EndedEarly));
        Assert.True(scenario.Iterations > 10);
    }

    [Fact]
    public async Task What_is_gone_or_damaged_is_an_anomaly_and_not_only_a_call_that_failed()
    {
        int calls = 0;
        Scenario scenario = new(_ => (Interlocked.Increment(ref calls) % 4) switch
        {
            1 => throw new MissingBlockException(default, "it is in no file"),
            2 => throw new StorageException(StorageErrorKind.Corrupt, "open", "k", "the authentication tag does not match"),
            _ => Task.CompletedTask,
        });
        LoadOutcome outcome = await RunAsync(scenario, new Inject(100, s_second));
        Assert.Equal((25L, 25L), (outcome.Recorder.Anomalies[AnomalyKind.MissingFile], outcome.Recorder.Anomalies[AnomalyKind.WrongBytes]));
        Assert.Equal(50, outcome.Recorder.Totals[0].Failed);
    }

    [Fact]
    public async Task A_preparation_that_tells_nothing_is_ended_too_when_the_budget_is_spent()
    {
        Scenario scenario = new(static _ => Task.CompletedTask) { Preparation = static token => Task.Delay(Timeout.Infinite, token) };
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(2, s_second)]), Options() with { Interval = 0.1 * s_second, EndsEarly = static () => "that is enough" }, new UnheardRun(), CancellationToken.None);
        Assert.Equal((false, "before there was load: that is enough", 0), (outcome.HadLoad, outcome.EndedEarly, scenario.Iterations));
    }

    [Fact]
    public async Task A_preparation_that_fails_within_the_budget_is_no_early_end()
    {
        Scenario scenario = new(static _ => Task.CompletedTask) { Preparation = static _ => throw new StorageException(StorageErrorKind.Transient, "put", "k", "the store is out") };
        await Assert.ThrowsAsync<StorageException>(() => LoadRun.RunAsync(scenario, new LoadPlan([new KeepConstant(2, s_second)]), Options() with { EndsEarly = static () => null }, new UnheardRun(), CancellationToken.None));
    }

    [Fact]
    public async Task Runs_with_one_planned_start_begin_at_the_same_time_and_none_before()
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow() + (1.5 * s_second);
        DateTimeOffset[] first = [DateTimeOffset.MaxValue, DateTimeOffset.MaxValue];
        LoadOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(async run =>
        {
            await Task.Delay(run * 300);
            Scenario scenario = new(_ =>
            {
                DateTimeOffset now = TimeProvider.System.GetUtcNow();
                lock (first)
                    first[run] = now < first[run] ? now : first[run];
                return Task.Delay(5);
            });
            LoadSimulation simulation = run == 0 ? new Inject(100, 0.5 * s_second) : new KeepConstant(2, 0.5 * s_second);
            return await LoadRun.RunAsync(scenario, new LoadPlan([simulation]), Options() with { StartAt = start }, new UnheardRun(), CancellationToken.None);
        }));
        Assert.All(outcomes, outcome => Assert.InRange(outcome.Started - start, TimeSpan.FromMilliseconds(-1), TimeSpan.FromMilliseconds(1)));
        Assert.All(first, began => Assert.True(began - start > TimeSpan.FromMilliseconds(-5), $"{began:O} is before {start:O}"));
    }

    [Fact]
    public async Task Where_the_preparation_takes_longer_than_until_the_planned_start_the_load_begins_after_it()
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow() + (0.1 * s_second);
        Scenario scenario = new(static _ => Task.Delay(5)) { Preparation = static token => Task.Delay(400, token) };
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, new LoadPlan([new KeepConstant(2, 0.2 * s_second)]), Options() with { StartAt = start }, new UnheardRun(), CancellationToken.None);
        Assert.True(outcome.Started - start > 0.2 * s_second);
        Assert.True(scenario.Iterations > 0);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_start_ends_when_it_has_spent_too_much_by_then()
    {
        int looks = 0;
        Scenario scenario = new(static _ => Task.CompletedTask);
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario,
            new LoadPlan([new KeepConstant(2, s_second)]),
            Options() with { Interval = 0.1 * s_second, StartAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), EndsEarly = () => Interlocked.Increment(ref looks) > 5 ? "that is enough" : null },
            new UnheardRun(),
            CancellationToken.None);
        Assert.Equal((false, "before there was load: that is enough", 0), (outcome.HadLoad, outcome.EndedEarly, scenario.Iterations));
    }

    [Fact]
    public async Task A_run_that_waits_for_its_start_can_be_interrupted()
    {
        using CancellationTokenSource interrupt = new();
        Scenario scenario = new(static _ => Task.CompletedTask);
        Task<LoadOutcome> run = LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(2, s_second)]), Options() with { StartAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) }, new UnheardRun(), interrupt.Token);
        Assert.False(run.IsCompleted);
        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(0, scenario.Iterations);
    }

    [Fact]
    public async Task What_does_not_end_is_given_up_and_counted()
    {
        Scenario scenario = new(static async iteration => await Task.Delay(Timeout.Infinite, iteration.Cancellation));
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(3, 0.2 * s_second)]), Options() with { Drain = 0.2 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal(3, outcome.Unfinished);
        Assert.Equal(3, outcome.Recorder.Totals[0].Errors["Unfinished"]);
    }

    [Fact]
    public async Task Stretches_come_one_after_the_other_open_and_closed()
    {
        Scenario scenario = new(static _ => Task.Delay(1));
        LoadPlan plan = new([new Inject(100, 0.5 * s_second), new Pause(0.5 * s_second), new KeepConstant(2, 0.5 * s_second)]);
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, plan, Options() with { Interval = 0.25 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal(50, outcome.Recorder.GeneratorTotal.Count);
        Assert.True(scenario.Iterations > 52);

        // A row may hold the end of what began before the pause.
        Assert.Contains(outcome.Rows, static row => row.Started == 0 && row.At > TimeSpan.Zero);
    }

    [Fact]
    public async Task Arrivals_that_still_wait_when_a_closed_stretch_begins_and_its_copies_are_no_iterations_of_one_worker()
    {
        int[] under = new int[8];
        int most = 0;
        Scenario scenario = new(async iteration =>
        {
            most = Math.Max(most, Interlocked.Increment(ref under[iteration.Worker]));
            await Task.Delay(50);
            Interlocked.Decrement(ref under[iteration.Worker]);
        });
        LoadPlan plan = new([new Inject(200, 0.5 * s_second), new KeepConstant(2, 0.5 * s_second)]);
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, plan, Options(workers: 4), new UnheardRun(), CancellationToken.None);
        Assert.Equal(6, LoadRun.WorkersOf(plan, Options(workers: 4)));
        Assert.Equal(1, most);
        Assert.Equal(100, outcome.Recorder.GeneratorTotal.Count);
    }

    [Fact]
    public async Task Arrivals_that_nobody_took_before_the_run_was_given_up_are_dropped_and_counted()
    {
        Scenario scenario = new(static async iteration => await Task.Delay(Timeout.Infinite, iteration.Cancellation));
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new Inject(100, s_second)]), Options(workers: 2) with { Drain = 0.2 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal(2, outcome.Unfinished);
        Assert.Equal((98, 98), (outcome.Recorder.DroppedTotal, outcome.Recorder.NotBegunTotal));
        Assert.Equal(["98 arrivals still waited for a free worker when the run was over, and were not begun."], LoadText.Dropped(outcome.Recorder));
    }

    [Fact]
    public async Task Arrivals_that_wait_when_the_user_ends_the_run_are_not_told_as_too_many()
    {
        using CancellationTokenSource interrupt = new();
        Scenario scenario = new(static _ => Task.Delay(100));
        scenario.After(3, interrupt.Cancel);
        LoadOutcome outcome = await LoadRun.RunAsync(scenario, new LoadPlan([new Inject(1000, 60 * s_second)]), Options(workers: 1), new UnheardRun(), interrupt.Token);
        Assert.True(outcome.Interrupted);
        Assert.True(outcome.Recorder.NotBegunTotal > 0);
        Assert.Equal(outcome.Recorder.DroppedTotal, outcome.Recorder.NotBegunTotal);
    }

    [Fact]
    public async Task What_ends_after_the_load_is_in_the_totals_and_in_no_rate()
    {
        // Each call takes three times as long as the load lasts: of two copies none ends within it.
        Scenario scenario = new(static _ => Task.Delay(1500));
        LoadOutcome outcome = await LoadRun.RunAsync(
            scenario, new LoadPlan([new KeepConstant(2, 0.5 * s_second)]), Options() with { Interval = 0.25 * s_second }, new UnheardRun(), CancellationToken.None);
        Assert.Equal(2, outcome.Recorder.Totals[0].Actual.Count);
        Assert.Equal((0d, 0d), outcome.RateOf(0));
        Assert.True(outcome.Measured > s_second);
    }

    private static LoadOptions Options(int workers = 16, int waiting = 100_000) => new() { Seed = 1, Workers = workers, MaxWaiting = waiting };

    private static Task<LoadOutcome> RunAsync(Scenario scenario, LoadSimulation simulation, int workers = 16, int waiting = 100_000) =>
        LoadRun.RunAsync(scenario, new LoadPlan([simulation]), Options(workers, waiting), new UnheardRun(), CancellationToken.None);

    private sealed class Scenario(Func<Iteration, Task> call) : ILoadScenario
    {
        private int _iterations;
        private (int Count, Action? Then) _after;

        public int Iterations => Volatile.Read(ref _iterations);

        public ImmutableArray<string> Steps { get; } = ["put"];

        public void After(int count, Action then) => _after = (count, then);

        public Func<CancellationToken, Task> Preparation { get; init; } = static _ => Task.CompletedTask;

        public ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) => new(Preparation(cancellation));

        public Func<Iteration, Task> Before { get; init; } = static _ => Task.CompletedTask;

        public Action Look { get; init; } = static () => { };

        public async ValueTask RunAsync(Iteration iteration)
        {
            await Before(iteration);
            if (Interlocked.Increment(ref _iterations) == _after.Count)
                _after.Then!();
            _ = await iteration.MeasureAsync(
                0,
                (call, iteration),
                static async (made, _) =>
                {
                    await made.call(made.iteration);
                    return 1;
                });
        }

        public ImmutableSortedDictionary<string, double> Gauges()
        {
            Look();
            return ImmutableSortedDictionary<string, double>.Empty;
        }

        public ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
