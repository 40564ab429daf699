using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Devices;

/// <summary>What all devices of a world share.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="World">The world.</param>
/// <param name="Trace">What happens.</param>
/// <param name="Witness">What is told and shown to them.</param>
/// <param name="Sites">The remote stores, where they are served.</param>
/// <param name="Shape">The network.</param>
internal sealed record Scene(Plan Plan, VirtualWorld World, Trace Trace, Witness Witness, ImmutableArray<StoreSite> Sites, WireShape Shape)
{
    /// <summary>The name of the database.</summary>
    public const string DatabaseName = "world";

    /// <summary>Where in a remote store it is.</summary>
    public const string Prefix = "shared/";

    /// <summary>Stands in every id, document and file, so that none of it can lie anywhere in the clear unseen.</summary>
    public const string Mark = "fbsim-";

    /// <summary>The snapshots that are kept where all have their files together.</summary>
    public required KeptSnapshots Kept { get; init; }

    /// <summary>What must not lie in the clear; null where nothing is sealed.</summary>
    public Secrets? Secrets { get; init; }

    /// <summary>Whether the stores may show something later than it is written.</summary>
    public required bool IsLate { get; init; }

    /// <summary>Whether the stores refuse everything now and then, for a while.</summary>
    public required bool HasOutages { get; init; }

    /// <summary>Whether the time of faults is over.</summary>
    public bool IsHealed { get; set; }

    /// <summary>The devices, in their order.</summary>
    public IReadOnlyList<WorldDevice> Devices { get; set; } = [];

    /// <summary>Whether a store or a disk of this world may refuse a call with such an error, for want of room or of a connection.</summary>
    public bool MayRefuse(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.NoSpace => Plan.Takes(StepKind.FillDisk) || Plan.Takes(StepKind.FillStore),
        StorageErrorKind.Transient or StorageErrorKind.Ambiguous or StorageErrorKind.Throttled =>
            HasOutages || IsLate || Plan.Has(Features.BadNetwork) || Plan.Takes(StepKind.CutOff) || Plan.Takes(StepKind.RestartStore),
        _ => false,
    };

    /// <summary>Waits in the world's time.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, World.Time, CancellationToken.None);

    /// <summary>How people call a remote store.</summary>
    public static string NameOfStore(int store) => store == 0 ? "store" : "second store";
}
