using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Puts of new objects; afterwards they are read back, or so many of them as the settings say.</summary>
internal sealed class RawPut(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "put")
{
    private readonly Lock _lock = new();
    private readonly List<string> _written = [];
    private long _count;

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        string key = $"{Target.Prefix}put-{iteration.Worker:d4}-{iteration.Number:d8}";
        byte[] body = Body(key, writer: iteration.Worker, row: Settings.Feed?.Next(iteration.Worker, iteration.Number));
        bool isDone = await iteration.MeasureAsync(
            0,
            (Target.Data, key, body),
            static async (call, token) =>
            {
                _ = await call.Data.PutAsync(call.key, call.body, PutCondition.None, token);
                return call.body.Length;
            });
        if (isDone)
            Remember(key, iteration);
    }

    /// <inheritdoc/>
    public override async ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation)
    {
        long read = 0;
        try
        {
            await Concurrently.EachAsync(
                _written,
                16,
                async (key, token) =>
                {
                    if (Fault(key, (await Target.Data.GetAsync(key, null, token))?.Bytes) is { } fault)
                        recorder.See(fault.Kind == AnomalyKind.MissingFile ? AnomalyKind.LostUpdate : fault.Kind, fault.What);
                    _ = Interlocked.Increment(ref read);
                },
                cancellation);
        }
        finally
        {
            recorder.ReadBack = (read, _count);
        }
    }

    // Each has the same chance to stay, however many come (Vitter 1985, algorithm R).
    private void Remember(string key, Iteration iteration)
    {
        lock (_lock)
        {
            _count++;
            if (_written.Count < Settings.ReadBack)
                _written.Add(key);
            else if ((long)(iteration.Dice.Fraction() * _count) is var place && place < Settings.ReadBack)
                _written[(int)place] = key;
        }
    }
}
