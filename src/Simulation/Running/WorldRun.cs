using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Running;

/// <summary>One run of a plan: the devices live, the faults come and go, all are brought together, and everything that was told and shown is compared.</summary>
internal sealed partial class WorldRun
{
    // A sound world of 3 devices and 200 steps makes some tens of thousands: what makes a hundred times as many goes round in circles.
    private const long MostStepsEach = 4_000;
    private const long MostStepsBeside = 1_000_000;

    private readonly Plan _plan;
    private readonly bool _keepsTrace;
    private readonly VirtualWorld _world;
    private readonly Trace _trace;
    private readonly Witness _witness;
    private readonly Scene _scene;
    private readonly ImmutableArray<WorldDevice> _devices;
    private readonly SimulatedUrl _url;
    private TimeSpan _settled;
    private EventGraph? _history;
    private bool _isUntidy;

    private WorldRun(Plan plan, bool keepsTrace, Pulse? pulse)
    {
        _plan = plan;
        _keepsTrace = keepsTrace;
        _world = new VirtualWorld(new Dice(plan.Seed, "order")) { MostSteps = MostStepsBeside + (MostStepsEach * plan.Devices * plan.Steps.Length), Pulse = pulse };
        _trace = new Trace(_world.Time, keepsTrace);
        _witness = new Witness(_world.Time) { LosesPower = plan.Takes(StepKind.PowerCut) };
        _url = SimulatedUrl.Parse(string.Create(CultureInfo.InvariantCulture, $"{plan.Store}{(plan.Store.Contains('?', StringComparison.Ordinal) ? '&' : '?')}seed={plan.Seed}"));
        WireShape shape = new() { Latency = plan.Latency };
        if (plan.Has(Features.BadNetwork))
            shape = shape with { Lost = 0.02, Unanswered = 0.02, Late = 0.01, Twice = 0.02 };
        if (plan.Has(Features.DamagedFiles))
            shape = shape with { Damaged = 0.02 };
        GatewayOptions options = new() { Time = _world.Time, Entropy = new Dice(plan.Seed, "stores") };
        ImmutableArray<StoreSite> sites = [.. Enumerable.Range(0, plan.Has(Features.SecondRemote) ? 2 : 1).Select(store => new StoreSite(new SimulatedStore(_url, options), Scene.NameOfStore(store)))];
        _scene = new Scene(plan, _world, _trace, _witness, sites, shape)
        {
            HasOutages = _url.Store.MeanOutage > TimeSpan.Zero,
            IsLate = _url.SettlingTime > TimeSpan.Zero,
            Secrets = plan.Has(Features.Encryption) ? new Secrets(_witness, Scene.Mark, plan.Has(Features.PublishedKeys)) : null,
            Kept = new KeptSnapshots(isOrdered: _url.Store.HoldsConditions || !plan.Has(Features.BadNetwork)),
        };
        _devices = [.. Enumerable.Range(0, plan.Devices).Select(number => new WorldDevice(_scene, number, NewMedium(number)))];
        _scene.Devices = _devices;
    }

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keepsTrace">Whether all that happens is kept, to be told.</param>
    /// <param name="pulse">Is told of each step; null when nobody watches.</param>
    /// <param name="interrupt">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static WorldResult Run(Plan plan, bool keepsTrace = false, Pulse? pulse = null, CancellationToken interrupt = default) => Prepare(plan, keepsTrace, pulse).Run(interrupt);

    /// <summary>Makes a world that has not begun, for somebody who may have to abandon it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keepsTrace">Whether all that happens is kept, to be told.</param>
    /// <param name="pulse">Is told of each step; null when nobody watches.</param>
    public static WorldRun Prepare(Plan plan, bool keepsTrace, Pulse? pulse) => new(plan, keepsTrace, pulse);

    /// <summary>Runs it, once.</summary>
    /// <param name="interrupt">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public WorldResult Run(CancellationToken interrupt)
    {
        try
        {
            _world.Run(
                async cancellation =>
                {
                    await LiveAsync(cancellation);
                    if (_history is null && _keepsTrace)
                        await ReadHistoryAsync();
                },
                interrupt);
        }
        catch (WorldStoppedException stop)
        {
            _witness.Accuse(Claim.Liveness, stop.Message);
        }
        catch (Exception e) when (!interrupt.IsCancellationRequested)
        {
            // Nobody foresaw it, here or in a checker. It is told with the seed, and other worlds go on.
            _witness.Accuse(Claim.NoSurprises, $"the world broke off: {e.GetType().Name}: {e.Message}");
        }

        foreach (WorldDevice device in _devices)
            device.Kill();
        return Result();
    }

    /// <summary>What is known of it when a piece of code in it does not end. The thread that runs it is left behind.</summary>
    /// <param name="watched">For how long nothing came of it, in real time.</param>
    public WorldResult Abandoned(TimeSpan watched)
    {
        _witness.Accuse(Claim.Liveness, EndlessEvidence(_world.Steps, watched));
        return Result() with { IsEndless = true };
    }

    /// <summary>What is said of a piece of code that does not end.</summary>
    /// <param name="steps">How many pieces had run before.</param>
    /// <param name="watched">For how long nothing came of it, in real time.</param>
    public static string EndlessEvidence(long steps, TimeSpan watched) =>
        string.Create(CultureInfo.InvariantCulture, $"a piece of code did not end in {watched.TotalSeconds:f0} s of real time, after {steps} others");

    private WorldResult Result() => new()
    {
        Plan = _plan,
        Violations = [.. _witness.Violations],
        Digest = _trace.Digest,
        Elapsed = _world.Time.Elapsed,
        WorldSteps = _world.Steps,
        Acknowledged = [.. _witness.Acknowledged],
        Readings = _witness.Readings,
        Requests = _devices.Sum(static device => device.Requests),
        Settled = _settled,
        IsUntidy = _isUntidy,
        History = _history,
        Trace = [.. _trace.Entries],
    };

    private ILocalMedium NewMedium(int device) => _plan.Has(Features.Disks)
        ? new DiskMedium(Scene.DatabaseName, new GatewayOptions { Time = _world.Time, Entropy = new Dice(_plan.Seed, "keys " + Plan.NameOf(device)) })
        : new MemoryMedium(_world.Time);

    private async Task LiveAsync(CancellationToken cancellation)
    {
        await BeginAsync();
        foreach (Step step in _plan.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.At > _world.Time.Elapsed)
                await _scene.DelayAsync(step.At - _world.Time.Elapsed);
            if (_witness.Violations.Count > 0)
                return;
            Take(step);
        }

        await HealAsync(cancellation);
        if (_witness.Violations.Count == 0)
            await VerifyAsync(cancellation);
    }

    // The first device begins the database; the others have its key.
    private async Task BeginAsync()
    {
        if (_devices[0].Bag is { } first)
        {
            await using MemoryDeviceStore nowhere = new(Scene.DatabaseName, _world.Time);
            await using Database database = await Database.OpenAsync(
                Scene.DatabaseName, nowhere, new DatabaseOptions { KeyBag = first, Entropy = new Dice(_plan.Seed, "key"), Time = _world.Time });
            foreach (WorldDevice other in _devices.Skip(1))
            {
                using Engine.Sharing.Invitation invitation = await database.InviteAsync();
                _ = await Database.JoinAsync(invitation, nowhere, other.Bag!);
            }
        }

        foreach (WorldDevice device in _devices)
            device.Start();
    }

    private void Take(Step step)
    {
        WorldDevice device = _devices[step.Device % _devices.Length];
        Dice dice = new(step.Chance);
        switch (step.Kind)
        {
            case StepKind.Crash:
                device.DieSoon(dice.OneIn(3) ? 0 : dice.Below(60));
                _ = _world.Start(() => ReviveAsync(device, dice));
                break;
            case StepKind.PowerCut:
                _ = _world.Start(() => CutPowerAsync(device, dice));
                break;
            case StepKind.FillDisk:
                _ = _world.Start(() => FillDiskAsync(device, dice));
                break;
            case StepKind.JumpClock:
                device.Clock.Shift = TimeSpan.FromSeconds((dice.Fraction() - 0.5) * 200_000);
                _trace.Add(device.Name, TraceKind.Fault, "its clock is set", device.Clock.Shift.ToString("c", CultureInfo.InvariantCulture));
                break;
            case StepKind.CutOff:
                _ = _world.Start(() => CutOffAsync(device, dice));
                break;
            case StepKind.FillStore:
                _ = _world.Start(() => FillStoreAsync(dice));
                break;
            case StepKind.RestartStore:
                _ = _world.Start(() => RestartStoreAsync(dice));
                break;
            default:
                device.Begin(step);
                break;
        }
    }
}
