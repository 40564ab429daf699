using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Devices;

/// <summary>A device of a world: a place for files, a key bag, a clock, and a process in which a real <see cref="Engine.Database"/> runs, one life after another.</summary>
internal sealed partial class WorldDevice
{
    private const long CacheLength = 1 << 20;

    // Longer than a request is under way that is repeated to the last, and short enough to be over within a world.
    private static readonly TimeSpan s_leastAgeOfReplaced = TimeSpan.FromMinutes(3);

    // How long a write goes on behind its acknowledgement: where its files are at hand, and where they are at the other end of a network.
    private static readonly TimeSpan s_shortestTail = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestTail = TimeSpan.FromMinutes(2);

    private readonly Scene _scene;
    private readonly int _number;
    private readonly Dice _dice;
    private readonly RemoteLink?[] _links;
    private readonly IDeviceStore?[] _remotes;
    private readonly KeptSnapshots _kept;

    // How many cuts to each remote store are not over. They go on while the device is off, and meet its next life.
    private readonly int[] _cuts;
    private Wire[] _wires = [];
    private SimulatedProcess? _process;
    private int _lives;
    private int _underway;
    private long _formerRequests;

    /// <summary>A device that is switched off.</summary>
    /// <param name="scene">What all share.</param>
    /// <param name="number">Which one it is, from 0.</param>
    /// <param name="medium">Where it keeps its files.</param>
    public WorldDevice(Scene scene, int number, ILocalMedium medium)
    {
        _scene = scene;
        _number = number;
        Medium = medium;
        Bag = scene.Secrets is { } secrets ? new WorldKeyBag(medium, secrets) : null;
        Name = Plan.NameOf(number);
        _dice = new Dice(scene.Plan.Seed, "device " + Name);
        _links = new RemoteLink?[IsDirect ? 0 : scene.Sites.Length];
        _remotes = new IDeviceStore?[scene.Sites.Length];
        _cuts = new int[scene.Sites.Length];
        _kept = IsDirect ? scene.Kept : new KeptSnapshots(isOrdered: true);
        Clock = new JumpingTime(scene.World.Time, TimeSpan.Zero);
    }

    /// <summary>The letter by which people call it.</summary>
    public string Name { get; }

    /// <summary>Where it keeps its files.</summary>
    public ILocalMedium Medium { get; }

    /// <summary>Its keys; null where nothing is sealed.</summary>
    public IKeyBag? Bag { get; }

    /// <summary>Its clock, which can be set.</summary>
    public JumpingTime Clock { get; }

    /// <summary>Its database, while it is open.</summary>
    public Database? Database { get; private set; }

    /// <summary>Who subscribed to the database that was opened last.</summary>
    public Listener? Listener { get; private set; }

    /// <summary>When a request of its present life last changed what a remote store holds; from the world's beginning.</summary>
    public TimeSpan LastChange => _wires.Max(static wire => wire.LastChange);

    /// <summary>The requests to remote stores, over all its lives.</summary>
    public long Requests => _formerRequests + (IsOn ? _wires.Sum(static wire => wire.Requests) : 0);

    /// <summary>How often it was switched on.</summary>
    public int Lives => _lives;

    /// <summary>Whether a process of it runs.</summary>
    public bool IsOn => _process is { IsDead: false };

    /// <summary>The links that it has to remote stores.</summary>
    public IEnumerable<RemoteLink> Links => _links.OfType<RemoteLink>();

    /// <summary>Whether it has no files of its own, and works on those at the store.</summary>
    private bool IsDirect => _scene.Plan.Has(Features.Direct);

    /// <summary>Whether it is open, and attached to everything.</summary>
    public bool IsWhole => IsOn && Database is not null && Array.TrueForAll(_links, static link => link is not null);

    /// <summary>Switches it on: a new process opens the database and attaches the remote stores.</summary>
    public void Start()
    {
        if (IsOn)
            return;
        _lives++;
        _underway = 0;
        if (!IsDirect)
            _kept.End();
        SimulatedProcess process = new(_scene.World) { Died = Die };
        _process = process;
        _wires = [.. _scene.Sites.Select((site, store) => new Wire(
            _scene.World, _scene.Shape, new Dice(_scene.Plan.Seed, $"wire {Name} {store} {_lives}"), _scene.Trace, _scene.Witness, Name, site)
        {
            Secrets = _scene.Secrets,
            IsHealed = _scene.IsHealed,
            IsCut = _cuts[store] > 0,
            Copies = _scene.Plan.Has(Features.DamagedCopies) ? new DamagedCopies(_scene.Plan.Seed, $"{Name} {store}", _scene.World.Time) : null,
        })];
        foreach ((StoreSite site, Wire wire) in _scene.Sites.Zip(_wires))
            site.Connect(wire);
        if (Medium is DiskMedium disk)
            disk.Disk.WentOff = process.Kill;
        _scene.Trace.Add(Name, TraceKind.Started, "starts", _lives == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"life {_lives}"));
        _ = process.Start(() => LiveAsync(process));
    }

    /// <summary>Kills the process, between any two steps of it.</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Lets the process die after some more of its steps; by then it may be doing anything.</summary>
    public void DieSoon(int steps)
    {
        if (_process is { } process)
            process.DiesAfter = process.Steps + steps;
    }

    /// <summary>No more faults: what the network and the disk do to others is over.</summary>
    public void Heal()
    {
        foreach (Wire wire in _wires)
            wire.IsHealed = true;
        Clock.Shift = TimeSpan.Zero;
    }

    /// <summary>Cuts the device off from a remote store, also while it is switched off. Cuts may overlap: each has its end.</summary>
    public void Cut(int store) => ChangeCuts(store, 1);

    /// <summary>One cut is over.</summary>
    public void Connect(int store) => ChangeCuts(store, -1);

    /// <summary>Compares what those who subscribed were told with what was written since the database was opened.</summary>
    /// <param name="heads">Where it is in the end; null when that is not to be compared.</param>
    /// <param name="isCutShort">Whether the process died.</param>
    public void VerifyListener(ImmutableArray<Cid>? heads, bool isCutShort = false)
    {
        if (Listener?.Missed(heads, isCutShort) is { } missed)
            _scene.Witness.Accuse(Claim.Subscriptions, $"of those who subscribed at {Name}, {missed}");
    }

    /// <summary>Closes the database.</summary>
    public Task CloseAsync() => _process!.Start(async () =>
    {
        if (Database is { } database)
            await database.DisposeAsync();
        Database = null;
    });

    /// <summary>Waits until the device is open and attached, did all its steps, and each link and its remote store have all of each other; without files of its own, until it looked at the heads.</summary>
    public Task WhenUpToDateAsync() => _process!.Start(async () =>
    {
        while (!IsWhole || _underway > 0)
            await _scene.DelayAsync(TimeSpan.FromMilliseconds(100));
        if (IsDirect)
            _ = await Database!.RefreshAsync();
        foreach (RemoteLink link in Links)
            await link.WhenUpToDateAsync();
    });

    /// <summary>Attaches again what was refused, as somebody does who has been given a key.</summary>
    public async Task AttachRefusedAsync()
    {
        for (int store = 0; store < _links.Length; store++)
        {
            if (_links[store] is not { Status.Activity: SyncActivity.Refused } link)
                continue;
            _links[store] = null;
            await link.DisposeAsync();
            await AttachAsync(store);
        }
    }

    /// <summary>Runs something in the process of the device; it never ends when the process dies first.</summary>
    public Task RunAsync(Func<Task> action) => _process!.Start(action);

    /// <summary>Brings keys into the bag, where that is possible now: a disk may be full or without power.</summary>
    public async Task TryTakeInvitationAsync(Invitation invitation)
    {
        try
        {
            await TakeInvitationAsync(invitation);
        }
        catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.NoSpace || Medium is DiskMedium { Disk.IsOff: true })
        {
            _scene.Trace.Add(Name, TraceKind.World, "cannot take an invitation", refusal.Message);
        }
    }

    /// <summary>Brings keys into the bag. Without files of its own the device does not look whether they open the newest: that may be of somebody else's key, which is still on its way.</summary>
    public async Task TakeInvitationAsync(Invitation invitation)
    {
        _ = await Database.JoinAsync(invitation, Medium.Open(Options()), Bag!, CancellationToken.None);
        _scene.Trace.Add(Name, TraceKind.World, "takes an invitation");
    }

    /// <summary>Every event of its history, newest first.</summary>
    public async Task<List<Engine.Clock.ClockEvent>> EventsAsync()
    {
        List<Engine.Clock.ClockEvent> events = [];
        await foreach (Engine.Clock.ClockEvent next in Database!.EventsAsync())
            events.Add(next);
        return events;
    }

    private void ChangeCuts(int store, int change)
    {
        _cuts[store] += change;
        if (_wires.Length > 0)
            _wires[store].IsCut = _cuts[store] > 0;
    }

    private GatewayOptions Options() => new() { Time = Clock, Entropy = new Dice(_scene.Plan.Seed, $"store {Name} {_lives}") };

    private void Die()
    {
        foreach (Wire wire in _wires)
        {
            wire.Close();
            _formerRequests += wire.Requests;
        }

        VerifyListener(null, isCutShort: true);
        Array.Clear(_links);
        Array.Clear(_remotes);
        (Database, Listener) = (null, null);
        _scene.Trace.Add(Name, TraceKind.Died, "dies");
    }

    private async Task LiveAsync(SimulatedProcess process)
    {
        await OpenAsync(process);
        for (int store = 0; store < _links.Length; store++)
            await AttachAsync(store);
    }

    private IDeviceStore OpenStore() => IsDirect ? OpenRemote(0) : Medium.Open(Options());

    private async Task OpenAsync(SimulatedProcess process)
    {
        while (true)
        {
            try
            {
                IDeviceStore store = new UnhurriedStore(OpenStore(), Name, _scene.Secrets);
                Database = await Database.OpenAsync(
                    Scene.DatabaseName,
                    store,
                    new DatabaseOptions
                    {
                        KeyBag = Bag,
                        Entropy = new Dice(_scene.Plan.Seed, $"database {Name} {_lives} {process.Steps}"),
                        Time = Clock,
                        Compaction = _scene.Plan.Has(Features.AutomaticCompaction) ? CompactionMode.Automatic : CompactionMode.Manual,
                        CacheLength = CacheLength,
                        LeastAgeOfReplaced = s_leastAgeOfReplaced,
                    });
                _scene.Witness.Sessions.Open(Database, Name, IsDirect ? null : _number);
                Listener = Listener.To(Database, Name, _scene.World.Time, IsDirect ? s_longestTail : s_shortestTail, _scene.Witness.Sessions);
                return;
            }
            catch (StorageException refusal) when (MayOpenLater(refusal.Kind))
            {
                Hear("opens its database", refusal);
                _scene.Trace.Add(Name, TraceKind.Refused, "opens", refusal.Message);
                await _scene.DelayAsync(TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (!process.IsDead)
            {
                Surprise("opens its database", e);
                return;
            }
        }
    }

    // What is at the store may fail for ever, a damaged file comes once more, a key by an invitation; everything else is over when the world is healed.
    private bool MayOpenLater(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.Corrupt => IsDirect && _scene.Plan.HasDamage,
        StorageErrorKind.NotAuthorized => !_scene.IsHealed || (IsDirect && _scene.Plan.Takes(StepKind.RotateKey)),
        StorageErrorKind.Transient => !_scene.IsHealed || IsDirect,
        _ => !_scene.IsHealed,
    };

    /// <summary>Attaches a remote store, if the database is open and the store is not attached; again and again until it is.</summary>
    private async Task AttachAsync(int store)
    {
        while (Database is { } database && _links[store] is null)
        {
            try
            {
                IDeviceStore remote = _remotes[store] ??= OpenRemote(store);
                RemoteLink link = await database.AttachAsync(
                    new RemoteStore(_scene.Sites[store].Name, remote.Data, remote.Metadata),
                    new AttachOptions
                    {
                        PollInterval = _scene.Plan.PollInterval,
                        Prefetch = !_scene.Plan.Has(Features.OnDemand),
                        PublishKeys = Bag is not null && _scene.Plan.Has(Features.PublishedKeys) && remote.Metadata.Traits.KeepsKeys,
                        Garbage = _scene.Plan.Has(Features.Garbage) ? new GarbageOptions { MinAge = TimeSpan.FromMinutes(3) } : null,
                        GarbageInterval = TimeSpan.FromSeconds(30),
                    });
                if (Database == database && _links[store] is null)
                    _links[store] = link;
                else
                    await link.DisposeAsync();
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (StorageException refusal) when (refusal.Kind == StorageErrorKind.NotAuthorized)
            {
                // Sealed with a key that the invitation for is still on its way.
                Hear("attaches a store", refusal);
                _scene.Trace.Add(Name, TraceKind.Refused, "attaches", refusal.Message);
                await _scene.DelayAsync(TimeSpan.FromSeconds(3));
            }
            catch (Exception e)
            {
                Surprise("attaches " + _scene.Sites[store].Name, e);
                return;
            }
        }
    }

    private IDeviceStore OpenRemote(int store) => _scene.Sites[store].Store.OpenDatabase(Scene.Prefix, Scene.DatabaseName, _number + 1, _wires[store]);
}
