using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Storms: all devices go offline, each writes its part of the documents, then all come back at once. Measured is how long a device takes to attach, then until the store has what it wrote, and, from the moment
/// at which all come back, until it sees what all wrote. A storm takes all devices: whichever worker comes first begins it, and the others end with it.
/// </summary>
internal sealed class MergeStorm(LoadTarget target, ScenarioSettings settings) : FleetScenario(target, settings)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private Task _storm = Task.CompletedTask;

    /// <inheritdoc/>
    public override ImmutableArray<string> Steps { get; } = ["put", "attach", "send", "see-all"];

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Task storm;
        lock (_lock)
        {
            if (_storm.IsCompleted)
                _storm = Task.Run(() => StormAsync(iteration));
            storm = _storm;
        }

        await storm;
    }

    private async Task StormAsync(Iteration iteration)
    {
        FleetDevice[] devices = [.. Enumerable.Range(0, Fleet.Count).Select(number => Fleet[number])];
        await Task.WhenAll(devices.Select(static device => device.DetachAsync().AsTask()));
        HashSet<Cid> before = [.. devices.SelectMany(static device => device.Database.Heads)];
        await Task.WhenAll(devices.Select(device => Task.Run(() => WriteAsync(iteration, device))));

        // Each that wrote has one head, on what it had before.
        Cid[] written = [.. devices.SelectMany(static device => device.Database.Heads).Where(head => !before.Contains(head))];
        long start = TimeProvider.System.GetTimestamp();
        bool[] seen = await Task.WhenAll(devices.Select(device => Task.Run(() => ReturnAsync(iteration, device, written))));
        iteration.Note(EngineEvent.Storm, TimeProvider.System.GetElapsedTime(start));
        if (!seen.Contains(false))
            _ = await iteration.DoAsync(3, token => CompareAsync(iteration, devices, token));
    }

    private async Task WriteAsync(Iteration iteration, FleetDevice device)
    {
        for (int i = device.Number; i < Settings.Items && !iteration.Cancellation.IsCancellationRequested; i += Fleet.Count)
            _ = await device.PutAsync(iteration, 0, SharedId(Settings.IsShared ? i / Fleet.Count : i), Settings.Size);
    }

    private static async Task<bool> ReturnAsync(Iteration iteration, FleetDevice device, Cid[] written)
    {
        bool[] done = await Task.WhenAll(
            iteration.MeasureAsync(
                3,
                (device, written),
                static async (call, token) =>
                {
                    await SeeAsync(call.device, call.written, token);
                    return 0;
                }).AsTask(),
            SendAsync(iteration, device));
        return !done.Contains(false);
    }

    private static async Task<bool> SendAsync(Iteration iteration, FleetDevice device)
    {
        bool isAttached = await iteration.MeasureAsync(
            1,
            device,
            static async (device, token) =>
            {
                await device.AttachAsync(token);
                return 0;
            });
        return isAttached && await device.UploadAsync(iteration, 2, 0);
    }

    // Nobody writes meanwhile, so that what all have in the end is the heads of all.
    private static async Task SeeAsync(FleetDevice device, Cid[] written, CancellationToken cancellation)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable subscription = device.Database.Subscribe(_ => Look());
        Look();
        await seen.Task.WaitAsync(s_patience, cancellation);

        void Look()
        {
            ImmutableArray<Cid> heads = device.Database.Heads;
            if (Array.TrueForAll(written, heads.Contains))
                _ = seen.TrySetResult();
        }
    }

    // Outside of what is measured.
    private async ValueTask CompareAsync(Iteration iteration, FleetDevice[] devices, CancellationToken cancellation)
    {
        int number = iteration.Dice.Below(Settings.Items);
        string id = SharedId(Settings.IsShared ? number / Fleet.Count : number);
        string? first = null;
        foreach (FleetDevice device in devices)
        {
            Document? document = await device.Database.GetAsync(id, cancellation);
            if (document is null)
                iteration.See(AnomalyKind.MissingFile, $"device {device.Number} sees the heads of all, and not '{id}'");
            else if (FleetDocument.Read(document).Fault is { } fault)
                iteration.See(AnomalyKind.WrongBytes, $"'{id}' has {fault}");
            else if ((first ??= document.ToJson()) != document.ToJson())
                iteration.See(AnomalyKind.StaleRead, $"device {device.Number} sees the heads of all, and another '{id}' than device {devices[0].Number}");
        }
    }
}
