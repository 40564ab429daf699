using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Running;

/// <summary>One run through a scenario. Each worker has one such object, which stands for its present iteration.</summary>
/// <param name="worker">The number of the worker, from 0.</param>
/// <param name="dice">Chance of this worker.</param>
/// <param name="recorder">Takes what is measured.</param>
/// <param name="clock">The clock.</param>
/// <param name="cancellation">Is cancelled when the run waits no longer for what is under way.</param>
internal sealed class Iteration(int worker, Dice dice, Recorder recorder, LoadClock clock, CancellationToken cancellation)
{
    /// <summary>How a call is counted that was given up because it did not end.</summary>
    public const string GivenUp = "Unfinished";

    private long _lateness;
    private bool _isMeasured;

    /// <summary>The number of the worker, from 0.</summary>
    public int Worker => worker;

    /// <summary>Which iteration of this worker it is, from 0.</summary>
    public long Number { get; private set; } = -1;

    /// <summary>Chance of this worker.</summary>
    public Dice Dice => dice;

    /// <summary>Is cancelled when the run waits no longer for what is under way.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Begins the next one.</summary>
    /// <param name="intended">When it was to begin, by the clock; null for now.</param>
    public void Begin(long? intended)
    {
        Number++;
        long now = clock.Now;
        _lateness = intended is { } planned ? Math.Max(0, now - planned) : 0;
        _isMeasured = now - _lateness >= recorder.Start;
        recorder.Begin(_lateness, _isMeasured);
    }

    /// <summary>Makes a call and measures it. What fails is counted by what went wrong, and not thrown; what is gone or damaged is an anomaly too.</summary>
    /// <param name="step">The index of the step.</param>
    /// <param name="state">Is given to the call.</param>
    /// <param name="call">The call; gives the number of bytes of content that it moved.</param>
    /// <returns>Whether it succeeded.</returns>
    public async ValueTask<bool> MeasureAsync<TState>(int step, TState state, Func<TState, CancellationToken, ValueTask<long>> call)
    {
        long begin = clock.Now;
        try
        {
            long bytes = await call(state, cancellation);
            recorder.Succeed(step, clock.Now - begin, _lateness, bytes, _isMeasured);
            return true;
        }
        catch (Exception failure) when (Name(failure) is { } name)
        {
            recorder.Fail(step, name, _isMeasured);
            if (AnomalyKinds.Of(failure) is { } kind)
                recorder.See(kind, failure.Message);
            return false;
        }
    }

    /// <summary>Makes a call that a step needs and that is not measured. What fails is counted as a failure of that step, and not thrown.</summary>
    /// <param name="step">The index of the step.</param>
    /// <param name="call">The call.</param>
    /// <returns>Whether it succeeded.</returns>
    public async ValueTask<bool> DoAsync(int step, Func<CancellationToken, ValueTask> call)
    {
        try
        {
            await call(cancellation);
            return true;
        }
        catch (Exception failure) when (Name(failure) is { } name)
        {
            recorder.Fail(step, name, _isMeasured);
            if (AnomalyKinds.Of(failure) is { } kind)
                recorder.See(kind, failure.Message);
            return false;
        }
    }

    /// <summary>An anomaly was seen.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="what">What was seen, and what should have been.</param>
    public void See(AnomalyKind kind, string what) => recorder.See(kind, what);

    /// <summary>Something of the engine's happened that is rare enough to be told one by one.</summary>
    /// <param name="name">What, as <see cref="EngineEvent"/> names it.</param>
    /// <param name="duration">How long it took, until now.</param>
    public void Note(string name, TimeSpan duration) => recorder.Note(name, duration);

    /// <summary>Something of the engine's happened that is as frequent as calls.</summary>
    /// <param name="name">What, as <see cref="EngineEvent"/> names it.</param>
    /// <param name="count">How often.</param>
    public void Count(string name, long count = 1) => recorder.Count(name, count);

    // A fault of the scenario's own is not counted away: it ends the run.
    private string? Name(Exception failure) => failure switch
    {
        StorageException { Kind: var kind } => kind.ToString(),
        OperationCanceledException when cancellation.IsCancellationRequested => GivenUp,
        OperationCanceledException or ArgumentException or NullReferenceException or IndexOutOfRangeException => null,
        _ => failure.GetType().Name,
    };
}
