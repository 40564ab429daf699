using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Simulation.Planning;

/// <summary>Draws plans from seeds.</summary>
internal static class PlanDrawing
{
    private const int MostDevices = 26;

    // By dice of their own, as with those that open one database in place: the other worlds are what they would be without.
    private const int OneWithDamagedCopiesIn = 6;
    private const int OneWithRestartsIn = 3;
    private const int OneWithParametersIn = 4;

    // What devices only do that have files of their own.
    private const Features OnlyWithFiles = Features.Disks | Features.Detaching | Features.Synchronising | Features.SecondRemote | Features.OnDemand | Features.PublishedKeys | Features.Garbage;

    // A database is opened in place only where a head is seen by all once it is written.
    private static readonly string[] s_placesToShare = ["strong", "flapping", "unconditional"];

    private static readonly (StepKind Kind, int Weight, Features Needs)[] s_kinds =
    [
        (StepKind.Put, 30, Features.None),
        (StepKind.Update, 10, Features.None),
        (StepKind.Read, 8, Features.None),
        (StepKind.ReadAll, 4, Features.None),
        (StepKind.Burst, 4, Features.None),
        (StepKind.Delete, 8, Features.Deletes),
        (StepKind.Bulk, 8, Features.Bulks),
        (StepKind.AttachFile, 4, Features.Attachments),
        (StepKind.ReadFile, 3, Features.Attachments),
        (StepKind.ReadPast, 3, Features.Past),
        (StepKind.Changes, 3, Features.Past),
        (StepKind.KeepSnapshot, 2, Features.Past),
        (StepKind.OpenSnapshot, 2, Features.Past),
        (StepKind.Rollback, 2, Features.Rollbacks),
        (StepKind.Compact, 5, Features.Compactions),
        (StepKind.Detach, 3, Features.Detaching),
        (StepKind.Synchronise, 3, Features.Synchronising),
        (StepKind.RotateKey, 1, Features.KeyRotation | Features.Encryption),
        (StepKind.Reopen, 2, Features.Reopening),
        (StepKind.Crash, 3, Features.Crashes),
        (StepKind.PowerCut, 3, Features.PowerCuts | Features.Disks),
        (StepKind.FillDisk, 1, Features.FullDisks | Features.Disks),
        (StepKind.JumpClock, 2, Features.ClockJumps),
        (StepKind.CutOff, 3, Features.Partitions),
        (StepKind.FillStore, 1, Features.StoreTrouble),
        (StepKind.RestartStore, 1, Features.StoreTrouble),
    ];

    /// <summary>Draws a plan.</summary>
    /// <param name="seed">Decides all.</param>
    /// <param name="store">The address of the remote stores; null for drawing it too, among those that are sound.</param>
    /// <param name="devices">How many devices, 1 to 26.</param>
    /// <param name="steps">How many steps, at least 1.</param>
    /// <param name="features">What is on; null for drawing it too.</param>
    public static Plan Draw(long seed, string? store, int devices, int steps, Features? features = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(devices, MostDevices);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Dice dice = new(seed, "plan");
        Features on = features ?? DrawFeatures(dice);
        if (features is null && store is null && DrawDirectStore(new Dice(seed, "direct")) is { } shared)
        {
            store = shared;
            on = (on & ~OnlyWithFiles) | Features.Direct;
        }

        if (features is null && new Dice(seed, "copies").OneIn(OneWithDamagedCopiesIn))
            on |= Features.DamagedCopies;
        if (features is null && (on & Features.StoreTrouble) != 0 && new Dice(seed, "restarts").OneIn(OneWithRestartsIn))
            on |= Features.StoreRestarts;

        // A sound store that restarts and is not away for it has nothing happen to it; one that is given may lose something.
        bool mayRestart = store is not null || (on & Features.StoreRestarts) != 0;
        (StepKind Kind, int Weight, Features Needs)[] possible = [.. s_kinds.Where(kind => (on & kind.Needs) == kind.Needs && (mayRestart || kind.Kind != StepKind.RestartStore))];
        int weights = possible.Sum(static kind => kind.Weight);
        ImmutableArray<Step>.Builder drawn = ImmutableArray.CreateBuilder<Step>(steps);
        TimeSpan at = TimeSpan.Zero;
        for (int number = 1; number <= steps; number++)
        {
            at += Gap(dice, on);
            int ticket = dice.Below(weights);
            StepKind kind = possible.First(kind => (ticket -= kind.Weight) < 0).Kind;
            drawn.Add(new Step(number, at, dice.Below(devices), kind, (long)(dice.Next() >> 1)));
        }

        return new Plan
        {
            Seed = seed,
            Store = store ?? WithParameters(DrawStore(dice), new Dice(seed, "parameters")),
            Devices = devices,
            Features = on,
            Steps = drawn.MoveToImmutable(),
            PollInterval = TimeSpan.FromSeconds(1 << dice.Below(4)),
            Latency = TimeSpan.FromMilliseconds(1 << dice.Below(8)),
        };
    }

    private static string DrawStore(Dice dice)
    {
        StoreProfile profile = StoreProfiles.All[dice.Below(StoreProfiles.All.Length)];
        string address = string.Create(CultureInfo.InvariantCulture, $"sim:{profile.Name}?lag={200 << dice.Below(6)}ms");
        return address + dice.Below(6) switch
        {
            0 => profile.HoldsConditions && dice.OneIn(2) ? "&heads=single" : "&heads=objects",
            1 => "&push=twice",
            2 => "&push=reordered",
            3 => "&push=dropped",
            4 => "&push=none",
            _ => "",
        };
    }

    // What profiles have goes with each other too: nodes whose clocks are apart, caches, outages, and changes that are late now and then only.
    private static string WithParameters(string address, Dice dice)
    {
        if (!dice.OneIn(OneWithParametersIn))
            return address;
        bool needsConditions = address.Contains("heads=single", StringComparison.Ordinal);
        string parameters = "";
        if (!needsConditions && dice.OneIn(2))
            parameters += string.Create(CultureInfo.InvariantCulture, $"&replicas={2 + dice.Below(4)}&skew={50 << dice.Below(8)}ms");
        else if (!needsConditions && dice.OneIn(3))
            parameters += "&conditional=no";
        if (dice.OneIn(3))
            parameters += string.Create(CultureInfo.InvariantCulture, $"&max-age={1 << dice.Below(6)}s");
        if (dice.OneIn(3))
            parameters += string.Create(CultureInfo.InvariantCulture, $"&outages={50 << dice.Below(5)}ms");
        if (dice.OneIn(3))
            parameters += string.Create(CultureInfo.InvariantCulture, $"&rate=0.{1 + dice.Below(9)}");
        return address + parameters;
    }

    // One world in ten, by dice of its own: the other worlds are what they would be without.
    private static string? DrawDirectStore(Dice dice)
    {
        if (!dice.OneIn(10))
            return null;
        string name = s_placesToShare[dice.Below(s_placesToShare.Length)];
        return $"sim:{name}" + dice.Below(3) switch
        {
            0 when StoreProfiles.All.First(profile => profile.Name == name).HoldsConditions => "?heads=single",
            1 => "?heads=objects",
            _ => "",
        };
    }

    private static Features DrawFeatures(Dice dice)
    {
        ulong drawn = dice.Next();
        Features on = (Features)(int)(drawn & ((1UL << 26) - 1));

        // A damaged file is fetched again, so these worlds do more of the same: one in four.
        if ((drawn >> 26 & 3) == 3)
            on |= Features.DamagedFiles;
        if (!dice.OneIn(8))
            on |= Features.Encryption;

        // What costs the most is on less often.
        if (!dice.OneIn(2))
            on &= ~Features.SecondRemote;
        return dice.OneIn(2) ? on : on & ~Features.Disks;
    }

    // Most steps follow closely; now and then there is a time in which all comes to rest, or in which files grow old.
    private static TimeSpan Gap(Dice dice, Features on) => dice.Below(40) switch
    {
        0 when (on & (Features.Garbage | Features.Direct)) != 0 && dice.OneIn(2) => TimeSpan.FromMinutes(2 + (4 * dice.Fraction())),
        0 => TimeSpan.FromSeconds(5 + (30 * dice.Fraction())),
        < 8 when (on & Features.Hurry) == 0 => TimeSpan.FromSeconds(3 * dice.Fraction()),
        < 30 => TimeSpan.FromMilliseconds(50 * dice.Fraction()),
        _ => TimeSpan.Zero,
    };
}
