using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Gets of objects that were put before, each with the same chance; every byte is looked at.</summary>
internal sealed class RawGet(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "get")
{
    /// <inheritdoc/>
    public override ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) =>
        PutItemsAsync(Settings.Items, progress, cancellation);

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Read read = new(Target.Data, ItemKey(iteration.Dice.Below(Settings.Items)));
        bool isDone = await iteration.MeasureAsync(
            0,
            read,
            static async (read, token) =>
            {
                read.Content = await read.Data.GetAsync(read.Key, null, token);
                return read.Content?.Bytes.Length ?? 0;
            });

        // Outside of what is measured.
        if (isDone && Fault(read.Key, read.Content?.Bytes) is { } fault)
            iteration.See(fault.Kind, fault.What);
    }

    private sealed class Read(IDataGateway data, string key)
    {
        public IDataGateway Data => data;

        public string Key => key;

        public ObjectContent? Content { get; set; }
    }
}
