using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Registers that are read, counted up and put back if nobody came between: each worker has its own, or all have one. In the end a register shows how many puts of it counted, and that is how many
/// were acknowledged.
/// </summary>
internal sealed class RawConditionalPut(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "conditional-put")
{
    private long[] _acknowledged = [];
    private long[] _unknown = [];
    private Register[] _registers = [];

    /// <inheritdoc/>
    public override async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        int count = Settings.IsShared ? 1 : workers;
        (_acknowledged, _unknown) = (new long[count], new long[count]);
        await PutItemsAsync(count, progress, cancellation);
        _registers = [.. Enumerable.Range(0, workers).Select(worker => new Register(this, Settings.IsShared ? 0 : worker))];
    }

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Register register = _registers[iteration.Worker];
        if (!await register.ReadAsync(iteration))
            return;
        if (await iteration.MeasureAsync(0, register, static (register, token) => register.PutAsync(token)))
            _ = Interlocked.Increment(ref _acknowledged[register.Number]);
        else
            register.Forget();
    }

    /// <inheritdoc/>
    public override async ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation)
    {
        for (int number = 0; number < _acknowledged.Length; number++)
        {
            string key = ItemKey(number);
            ObjectContent? content = await Target.Data.GetAsync(key, null, cancellation);
            if (Fault(key, content?.Bytes) is { } fault)
            {
                recorder.See(fault.Kind, fault.What);
                continue;
            }

            long counted = Payload.Read(content!.Bytes.Span).Version - 1;
            long acknowledged = Interlocked.Read(ref _acknowledged[number]);
            if (counted < acknowledged)
                recorder.See(AnomalyKind.LostUpdate, string.Create(CultureInfo.InvariantCulture, $"'{key}' counted {counted} puts, and {acknowledged} were acknowledged"));
            else if (counted > acknowledged + Interlocked.Read(ref _unknown[number]))
                recorder.See(AnomalyKind.WrongBytes, string.Create(CultureInfo.InvariantCulture, $"'{key}' counted {counted} puts, and only {acknowledged} were acknowledged and {_unknown[number]} failed"));
        }
    }

    private sealed class Register(RawConditionalPut scenario, int number)
    {
        private readonly string _key = scenario.ItemKey(number);
        private string? _version;
        private long _count;
        private byte[] _next = [];

        public int Number => number;

        // Its own version is known from the put before; a shared one is read each time. That is not measured: the get has a scenario of its own.
        // What fails of it is counted all the same.
        public async ValueTask<bool> ReadAsync(Iteration iteration)
        {
            if (_version is null || scenario.Settings.IsShared)
            {
                ObjectContent? content = null;
                if (!await iteration.DoAsync(0, async token => content = await scenario.Target.Data.GetAsync(_key, null, token)))
                    return false;
                if (content is null)
                {
                    iteration.See(AnomalyKind.MissingFile, $"'{_key}' is not there");
                    return false;
                }

                PayloadReading reading = Payload.Read(content.Bytes.Span);
                if (reading.FaultFor(_key) is { } fault)
                    iteration.See(AnomalyKind.WrongBytes, $"'{_key}' has {fault}");
                (_version, _count) = (content.Info.Version, reading.Version);
            }

            _next = scenario.Body(_key, _count + 1, iteration.Worker);
            return true;
        }

        public async ValueTask<long> PutAsync(CancellationToken cancellation)
        {
            _version = await scenario.Target.Data.PutAsync(_key, _next, PutCondition.IfMatches(_version!), cancellation);
            _count++;
            return _next.Length;
        }

        public void Forget()
        {
            _version = null;
            _ = Interlocked.Increment(ref scenario._unknown[number]);
        }
    }
}
