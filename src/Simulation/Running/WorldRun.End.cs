using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Simulation.Running;

/// <content>The end: everything is compared.</content>
internal sealed partial class WorldRun
{
    private const int MostAttempts = 10;

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
                await device.ReadAllFilesAsync(device.Database!);
            });
        }

        await VerifyConvergenceAsync(heads);
        List<ClockEvent> events = [];
        await GuardAsync(_devices[0], "reads its history", async () => events = await _devices[0].EventsAsync());
        if (_witness.Violations.Count > 0)
            return;
        _history = new EventGraph(events);
        _witness.Compare(_history, _world.Pulse);
        await VerifyRemotesAsync(heads);
        foreach (WorldDevice device in _devices)
        {
            if (device.Database!.CompactionFailure is { } failure && !MayPass(failure))
                _witness.Accuse(Claim.NoSurprises, $"the newest compaction of {device.Name} failed: {failure.Message}");
            device.VerifyListener(device.Database.Heads);
            if (_plan.Has(Features.AutomaticCompaction) && device.Database.Log.Length >= 100)
                _witness.Accuse(Claim.Bounds, $"the log of {device.Name} has {device.Database.Log.Length} groups, and 99 are the most");
        }

        foreach (WorldDevice device in _devices)
            await VerifyCostAsync(device);
        await VerifyFilesAsync();
        foreach (WorldDevice device in _devices)
            await VerifyCompactionAsync(device);
        if (_witness.Violations.Count == 0)
            await VerifyRemotesAsync(heads);
        foreach (WorldDevice device in _devices)
            await GuardAsync(device, "closes", device.CloseAsync);
    }

    // The documents of equal heads are compared where they are read; that nobody writes any more, and that all built the same tree of them, is not seen there. The tree
    // does not depend on the way to it, so one that is built from its entries is the same again.
    private async Task VerifyConvergenceAsync(ImmutableArray<Cid> heads)
    {
        Dictionary<Cid, Cid> builtFrom = [];
        foreach (WorldDevice device in _devices)
        {
            ImmutableArray<Cid> own = device.Database!.Heads;
            (Cid served, Cid resolved, Cid built) = (default, default, default);
            await GuardAsync(device, "resolves its heads", async () =>
            {
                DatabaseSnapshot state = await device.Database.SnapshotAsync(own);
                (served, resolved) = (await device.Database.GetRootAsync(), state.Pail.Root);
                if (!builtFrom.TryGetValue(resolved, out built))
                    builtFrom[resolved] = built = await BuildAsync(state);
            });
            _witness.CompareTrees(device.Name, own, heads, served, resolved, built);
        }
    }

    private static async Task<Cid> BuildAsync(DatabaseSnapshot state)
    {
        ShardOverlay empty = new(state.Shards);
        empty.Add([Shard.Empty]);
        PailBatch batch = await PailBatch.OpenAsync(empty, Shard.Empty.Cid, CancellationToken.None);
        await foreach ((string id, Cid value) in PailEntries.WalkAsync(state.Shards, state.Pail.Root, KeyRange.All))
            await batch.PutAsync(id, value, CancellationToken.None);
        return batch.Commit().Root;
    }

    // What was not to be had at that moment; the next compaction has it. A late store may show a head before the files, and an invitation may come behind them.
    private bool MayPass(Exception failure) => (failure is StorageException passing && _scene.MayRefuse(passing.Kind))
        || (failure is StorageException { Kind: StorageErrorKind.Corrupt } && _plan.HasDamage)
        || (failure is StorageException { Kind: StorageErrorKind.NotAuthorized } && _plan.Takes(StepKind.RotateKey))
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
            catch (Exception e)
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
        foreach (StoreSite site in _scene.Sites)
        {
            string name = site.Name;
            await using IDeviceStore remote = site.Store.OpenDatabase(Scene.Prefix, Scene.DatabaseName);
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
                    await ReadWholeAsync(reader, $"a new device at the {name}");
                }
            }
            catch (Exception e) when (e is StorageException or MissingBlockException)
            {
                _witness.Accuse(Claim.HeadCover, $"a new device cannot read the {name}: {e.Message}");
            }
        }
    }

    // A store with outages has them for ever.
    private async Task ReadWholeAsync(Database reader, string who)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _ = await _devices[0].ReadAllAsync(reader, who);
                await _devices[0].ReadAllFilesAsync(reader);
                return;
            }
            catch (StorageException outage) when (outage.Kind == StorageErrorKind.Transient && attempt < MostAttempts)
            {
                await _scene.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    // Compaction has to go on after whatever happened to an earlier one; at rest it leaves one group, and the heads as they were.
    private async Task VerifyCompactionAsync(WorldDevice device)
    {
        if (device.Database is not { } database)
            return;
        ImmutableArray<Cid> heads = database.Heads;
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            await GuardAsync(device, "compacts in the end", async () => await database.CompactAsync());
            if (!database.Heads.SequenceEqual(heads))
            {
                _witness.Accuse(Claim.Convergence, $"{device.Name} is at {Names.Of(database.Heads)} after a compaction at rest, and was at {Names.Of(heads)} before it");
                return;
            }

            if (database.Log.Length <= 1)
            {
                await GuardAsync(device, "reads all after that", async () => _ = await device.ReadAllAsync(database, $"{device.Name} after a compaction at rest"));
                return;
            }

            // All have the same heads, but a link may still have been taking in how another one has merged its files.
            await _scene.DelayAsync(s_longestFault);
        }

        _witness.Accuse(Claim.Bounds, $"the log of {device.Name} has {database.Log.Length} groups after a compaction at rest, and 1 is the most");
    }
}
