using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Puts of new objects; afterwards a part of them is read back.</summary>
internal sealed class RawPut(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "put")
{
    // All of a short run, and of a long one as many as tell a loss of one in a thousand.
    private const int MostRead = 4000;

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
    public override ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation) => new(Concurrently.EachAsync(
        _written,
        16,
        async (key, token) =>
        {
            if (Fault(key, (await Target.Data.GetAsync(key, null, token))?.Bytes) is { } fault)
                recorder.See(fault.Kind == AnomalyKind.MissingFile ? AnomalyKind.LostUpdate : fault.Kind, fault.What);
        },
        cancellation));

    // Each has the same chance to stay, however many come (Vitter 1985, algorithm R).
    private void Remember(string key, Iteration iteration)
    {
        lock (_lock)
        {
            _count++;
            if (_written.Count < MostRead)
                _written.Add(key);
            else if ((long)(iteration.Dice.Fraction() * _count) is var place && place < MostRead)
                _written[(int)place] = key;
        }
    }
}
