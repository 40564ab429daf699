using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Running;

/// <content>The end: faults are over, all come together, and everything is compared.</content>
internal sealed partial class WorldRun
{
    private const string KeyName = $"@{Scene.DatabaseName}-data@";

    // Every fault of a plan is over by then.
    private static readonly TimeSpan s_longestFault = TimeSpan.FromSeconds(26);

    // Two longest pauses of a link that met an outage, and a look at the heads after each.
    private static readonly TimeSpan s_longestSettling = TimeSpan.FromMinutes(5);

    // A store may be late for each thing that a device needs to see before it can do the next.
    private const int LateTimes = 10;

    private const int MostAttempts = 10;

    // Of a tenth of a second, until nobody is expected to open by himself.
    private const int MostWaits = 300;

    private async Task HealAsync(CancellationToken cancellation)
    {
        await _scene.DelayAsync(s_longestFault);
        _trace.Add("world", TraceKind.World, "all faults are over");
        _scene.IsHealed = true;
        TimeSpan healed = _world.Time.Elapsed;
        TimeSpan longest = s_longestSettling + (_url.SettlingTime * LateTimes);
        foreach (WorldDevice device in _devices)
        {
            device.Start();
            device.Heal();
        }

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

    // What was under way when somebody died never arrives: everybody invites everybody.
    private async Task ShareKeysAsync()
    {
        if (!_plan.Has(Features.KeyRotation) || !_plan.Has(Features.Encryption))
            return;

        // Whoever is not open may wait for the key of another. Where each waits for one whose invitation never came, people bring each other their bags.
        List<WorldDevice> left = [.. _devices];
        for (int waits = 0; left.Count > 0;)
        {
            if (left.Find(static device => device.Database is not null) is not { Database: { } database } from)
            {
                await _scene.DelayAsync(TimeSpan.FromMilliseconds(100));
                if (++waits == MostWaits)
                    await MergeBagsAsync();
                continue;
            }

            _ = left.Remove(from);
            foreach (WorldDevice to in _devices)
            {
                if (to == from)
                    continue;
                using Invitation invitation = await database.InviteAsync();
                await to.TakeInvitationAsync(invitation);
            }
        }

        foreach (WorldDevice device in _devices)
            await device.RunAsync(device.AttachRefusedAsync);
    }

    private async Task MergeBagsAsync()
    {
        foreach (WorldDevice from in _devices)
        {
            using KeyRing? keys = await DatabaseKeys.ReadAsync(Scene.DatabaseName, from.Bag!, CancellationToken.None);
            foreach (WorldDevice to in _devices)
            {
                if (keys is not null && to != from)
                    (await DatabaseKeys.ChangeAsync(DatabaseKeys.NameOf(Scene.DatabaseName), to.Bag!, former => Joined(former, keys), CancellationToken.None)).Dispose();
            }
        }

        static KeyRing Joined(KeyRing? former, KeyRing more)
        {
            KeyRing joined = former ?? more.Copy();
            _ = joined.Add(more);
            return joined;
        }
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

    private async Task VerifyAsync(CancellationToken cancellation)
    {
        // Attached files stay at the remote stores until somebody reads them.
        await RestAsync();
        ImmutableArray<Cid> heads = _devices[0].Database!.Heads;
        foreach (WorldDevice device in _devices)
        {
            cancellation.ThrowIfCancellationRequested();
            await GuardAsync(device, "reads all in the end", async () =>
            {
                _ = await device.ReadAllAsync(device.Database!, $"{device.Name} in the end");
                await foreach (Document document in device.Database!.AllAsync())
                    _ = await device.ReadFilesAsync(device.Database!, document);
            });
        }

        List<ClockEvent> events = [];
        await GuardAsync(_devices[0], "reads its history", async () => events = await _devices[0].EventsAsync());
        if (_witness.Violations.Count > 0)
            return;
        _history = new EventGraph(events);
        _witness.Compare(_history);
        await VerifyRemotesAsync(heads);
        foreach (WorldDevice device in _devices)
        {
            if (device.Database!.CompactionFailure is { } failure && !MayPass(failure))
                _witness.Accuse(Claim.NoSurprises, $"the newest compaction of {device.Name} failed: {failure.Message}");
            if (device.Listener!.Missed() is { } missed)
                _witness.Accuse(Claim.Subscriptions, $"of those who subscribed at {device.Name}, {missed}");
            if (_plan.Has(Features.AutomaticCompaction) && device.Database.Log.Length >= 100)
                _witness.Accuse(Claim.Bounds, $"the log of {device.Name} has {device.Database.Log.Length} groups, and 99 are the most");
        }

        foreach (WorldDevice device in _devices)
            await VerifyCostAsync(device);
        await VerifyFilesAsync();
        foreach (WorldDevice device in _devices)
            await VerifyCompactionAsync(device);
        foreach (WorldDevice device in _devices)
            await GuardAsync(device, "closes", device.CloseAsync);
    }

    // What was not to be had at that moment; the next compaction has it. A late store may show a head before the files.
    private bool MayPass(Exception failure) => failure is StorageException { Kind: StorageErrorKind.Transient or StorageErrorKind.Ambiguous or StorageErrorKind.NoSpace or StorageErrorKind.Throttled }
        || (failure is StorageException { Kind: StorageErrorKind.Corrupt } && _plan.Has(Features.DamagedFiles))
        || (failure is StorageException { Kind: StorageErrorKind.NotAuthorized } && _plan.Has(Features.Direct | Features.KeyRotation))
        || (failure is MissingBlockException && _url.SettlingTime > TimeSpan.Zero);

    // For the picture of a history that broke off: whichever device can tell it.
    private async Task ReadHistoryAsync()
    {
        foreach (WorldDevice device in _devices)
        {
            if (_history is not null || device.Database is null)
                continue;
            try
            {
                List<ClockEvent> events = [];
                await Concurrently.AnyAsync(device.RunAsync(async () => events = await device.EventsAsync()), _scene.DelayAsync(s_longestFault));
                if (events.Count > 0)
                    _history = new EventGraph(events);
            }
            catch (Exception e) when (e is StorageException or MissingBlockException or ObjectDisposedException)
            {
                // Another one may know more.
            }
        }
    }

    private async Task GuardAsync(WorldDevice device, string doing, Func<Task> action)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await device.RunAsync(action);
                return;
            }
            catch (StorageException outage) when (outage.Kind == StorageErrorKind.Transient && attempt < MostAttempts)
            {
                // A store with outages has them for ever: a device without files of its own meets them whatever it does, and others when they read what is attached.
                await _scene.DelayAsync(TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _witness.Accuse(Claim.NoSurprises, $"{device.Name} {doing}: {e.GetType().Name}: {e.Message}");
                return;
            }
        }
    }

    // A new device that knows nothing but a key finds all at each remote store, once the store shows what was written.
    private async Task VerifyRemotesAsync(ImmutableArray<Cid> heads)
    {
        await RestAsync();
        for (int store = 0; store < _scene.Stores.Length; store++)
        {
            string name = Scene.NameOfStore(store);
            await using IDeviceStore remote = _scene.Stores[store].OpenDatabase(Scene.Prefix, Scene.DatabaseName);
            await using Database reader = await Database.OpenAsync(
                Scene.DatabaseName,
                new MemoryDeviceStore(Scene.DatabaseName, _world.Time),
                new DatabaseOptions { KeyBag = _devices[0].Bag, Entropy = new Dice(_plan.Seed, "reader"), Time = _world.Time, Compaction = CompactionMode.Manual });
            try
            {
                RemoteLink link = await reader.AttachAsync(new RemoteStore(name, remote.Data, remote.Metadata));
                Task settled = link.WhenUpToDateAsync().AsTask();
                await Concurrently.AnyAsync(settled, _scene.DelayAsync(s_longestSettling));
                if (!settled.IsCompletedSuccessfully)
                    _witness.Accuse(Claim.HeadCover, $"a new device does not get through to the {name}: {link.Status.LastError?.Message ?? link.Status.Activity.ToString()}");
                else if (!reader.Heads.SequenceEqual(heads))
                    _witness.Accuse(Claim.HeadCover, $"a new device at the {name} comes to {Names.Of(reader.Heads)}, and all others are at {Names.Of(heads)}");
                else
                {
                    _isUntidy |= link.Status.LastError is not null;
                    _ = await _devices[0].ReadAllAsync(reader, $"a new device at the {name}");
                }
            }
            catch (Exception e) when (e is StorageException or MissingBlockException)
            {
                _witness.Accuse(Claim.HeadCover, $"a new device cannot read the {name}: {e.Message}");
            }
        }
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

    // Raw, so that nothing that the engine does on the way hides what lies there.
    private async Task VerifyFilesAsync()
    {
        StoredFiles files = new(_witness, System.Text.Encoding.ASCII.GetBytes(Scene.Mark), await KeysAsync());
        foreach (WorldDevice device in _devices)
        {
            await foreach ((string name, ReadOnlyMemory<byte> content) in device.Medium.FilesAsync())
                files.Look(device.Name, name, content.Span);
        }

        for (int store = 0; store < _scene.Stores.Length; store++)
        {
            string place = Scene.NameOfStore(store);
            try
            {
                RetryOptions patience = RetryOptions.Of(new GatewayOptions { Time = _world.Time, Entropy = new Dice(_plan.Seed, "files") });
                await using RetryingGateway objects = new(_scene.Stores[store].Open(), patience);
                await foreach (ObjectInfo found in objects.ListAllAsync("", CancellationToken.None))
                {
                    // A store that lists late may name what is deleted.
                    if (await objects.GetAsync(found.Key, null, CancellationToken.None) is { } content)
                        files.Look(place, found.Key, content.Bytes.Span);
                }

                await using IDeviceStore remote = _scene.Stores[store].OpenDatabase(Scene.Prefix, Scene.DatabaseName);
                foreach (MetaEntry entry in (await remote.Metadata.ReadAsync(CancellationToken.None)).Entries)
                    files.Look(place, "a head", entry.Data.Span);
            }
            catch (StorageException outage) when (outage.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
            {
                // What a store does not show now, it has shown to a new device.
            }
        }
    }

    private async Task<Dictionary<KeyFingerprint, byte[]>> KeysAsync()
    {
        Dictionary<KeyFingerprint, byte[]> keys = [];
        if (!_plan.Has(Features.Encryption))
            return keys;
        foreach (WorldDevice device in _devices)
        {
            if (await device.Bag!.ReadAsync(KeyName, CancellationToken.None) is not { } item)
                continue;
            using KeyRing ring = KeyBagItem.Read(KeyName, item);
            foreach (FileKey key in ring.Keys)
                keys[key.Fingerprint] = key.ExportBytes();
        }

        return keys;
    }

    // Three times the most that was seen in 140 sound worlds: 7 requests, 1 file and 6.5 kB for each unit.
    private async Task VerifyCostAsync(WorldDevice device)
    {
        const int RequestsEach = 20;
        const int FilesEach = 3;
        const int BytesEach = 20_000;
        const int Free = 20;
        int writes = _witness.Acknowledged.Count;
        double looks = _world.Time.Elapsed / _plan.PollInterval;
        double requests = RequestsEach * _scene.Stores.Length * (writes + looks + (Free * device.Lives));
        if (device.Requests > requests)
            _witness.Accuse(Claim.Bounds, string.Create(CultureInfo.InvariantCulture, $"{device.Name} sent {device.Requests} requests, and {requests:f0} are the most for {writes} writes, {looks:f0} looks, {device.Lives} lives and {_scene.Stores.Length} stores"));
        int files = 0;
        long bytes = 0;
        await foreach ((_, ReadOnlyMemory<byte> content) in device.Medium.FilesAsync())
        {
            files++;
            bytes += content.Length;
        }

        if (files > FilesEach * (writes + Free) || bytes > BytesEach * (long)(writes + Free))
            _witness.Accuse(Claim.Bounds, $"{device.Name} keeps {files} files of {bytes} bytes, and {FilesEach} files and {BytesEach} bytes for each of {writes} writes and {Free} more are the most");
    }

    // Compaction has to go on after whatever happened to an earlier one; at rest it leaves one group.
    private async Task VerifyCompactionAsync(WorldDevice device)
    {
        if (device.Database is not { } database)
            return;
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            await GuardAsync(device, "compacts in the end", async () => await database.CompactAsync());
            if (database.Log.Length <= 1)
                return;

            // All have the same heads, but a link may still have been taking in how another one has merged its files.
            await _scene.DelayAsync(s_longestFault);
        }

        _witness.Accuse(Claim.Bounds, $"the log of {device.Name} has {database.Log.Length} groups after a compaction at rest, and 1 is the most");
    }
}
