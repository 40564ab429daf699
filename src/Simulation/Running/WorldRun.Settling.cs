using System.Globalization;
using FireproofBench.Engine.Sync;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Running;

/// <content>Faults are over, and all come together.</content>
internal sealed partial class WorldRun
{
    // Every fault of a plan is over by then.
    private static readonly TimeSpan s_longestFault = TimeSpan.FromSeconds(26);

    // Two longest pauses of a link that met an outage, and a look at the heads after each.
    private static readonly TimeSpan s_longestSettling = TimeSpan.FromMinutes(5);

    // A store may be late for each thing that a device needs to see before it can do the next.
    private const int LateTimes = 10;

    private async Task HealAsync(CancellationToken cancellation)
    {
        await _scene.DelayAsync(s_longestFault);
        _trace.Add("world", TraceKind.World, "all faults are over");
        _scene.IsHealed = true;

        // First, so that nothing goes astray any more behind what is waited for.
        foreach (WorldDevice device in _devices)
        {
            device.Start();
            device.Heal();
        }

        await AwaitStragglersAsync();
        TimeSpan healed = _world.Time.Elapsed;
        TimeSpan longest = s_longestSettling + (_url.SettlingTime * LateTimes);
        await ShareKeysAsync();
        TimeSpan look = TimeSpan.FromMilliseconds(500);
        Task deadline = _scene.DelayAsync(longest);
        while (true)
        {
            Task settled = Task.WhenAll(_devices.Select(static device => device.WhenUpToDateAsync()));
            await Concurrently.AnyAsync(settled, deadline);
            cancellation.ThrowIfCancellationRequested();
            if (_witness.Violations.Count > 0)
                return;
            if (settled.IsCompletedSuccessfully && Apart() is null)
                break;
            if (deadline.IsCompleted)
            {
                _witness.Accuse(Claim.Liveness, string.Create(
                    CultureInfo.InvariantCulture, $"{longest.TotalMinutes:f1} minutes after the last fault {Unsettled() ?? Apart() ?? "some still wait"}"));
                return;
            }

            await _scene.DelayAsync(look);
            look = TimeSpan.FromSeconds(Math.Min(10, look.TotalSeconds * 1.5));
        }

        _settled = _world.Time.Elapsed - healed;
        _trace.Add("world", TraceKind.World, "all are together");
    }

    // What somebody who died had sent long before is shown to all before anybody is asked what there is.
    private async Task AwaitStragglersAsync()
    {
        bool wereSome = false;
        while (_scene.Sites.Any(static site => site.Stragglers > 0))
        {
            wereSome = true;
            await _scene.DelayAsync(TimeSpan.FromSeconds(1));
        }

        if (wereSome && _url.SettlingTime > TimeSpan.Zero)
            await _scene.DelayAsync(_url.SettlingTime);
    }

    private string? Unsettled()
    {
        foreach (WorldDevice device in _devices)
        {
            if (!device.IsWhole)
                return $"{device.Name} is not open and attached";
            foreach (RemoteLink link in device.Links)
            {
                SyncStatus status = link.Status;
                if (status.Activity != SyncActivity.UpToDate || status.PendingFiles > 0 || !status.Unreadable.IsEmpty)
                    return $"{device.Name} and {link.Name} are {status.Activity}, {status.PendingFiles} files wait, {status.Unreadable.Length} heads cannot be read{(status.LastError is { } e ? ": " + e.Message : "")}";
            }
        }

        return null;
    }

    private string? Apart()
    {
        foreach (WorldDevice device in _devices)
        {
            if (!device.Database!.Heads.SequenceEqual(_devices[0].Database!.Heads))
                return $"{device.Name} is at {Names.Of(device.Database.Heads)}, and {_devices[0].Name} at {Names.Of(_devices[0].Database!.Heads)}";
            foreach (RemoteLink link in device.Links)
            {
                if (!link.Status.Unreadable.IsEmpty)
                    return $"{device.Name} cannot read {link.Status.Unreadable.Length} heads at the {link.Name}: {link.Status.Unreadable[0].Reason.Message}";
            }
        }

        return null;
    }

    // All have the same clocks by now, but may still make one head of several that say the same: what a late store shows is looked at once it had its time since the last change.
    // A wait is of whole milliseconds, and may not come to none.
    private async Task RestAsync()
    {
        TimeSpan deadline = _world.Time.Elapsed + s_longestSettling + (_url.SettlingTime * LateTimes);
        TimeSpan shown = _world.Time.Elapsed + _url.SettlingTime;
        while (_world.Time.Elapsed < shown)
        {
            if (_world.Time.Elapsed > deadline)
            {
                _witness.Accuse(Claim.Liveness, "all have the same heads, and go on changing what the stores hold");
                return;
            }

            await _scene.DelayAsync(shown - _world.Time.Elapsed + TimeSpan.FromMilliseconds(1));
            shown = _devices.Max(static device => device.LastChange) + _url.SettlingTime;
        }
    }
}
