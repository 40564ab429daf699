using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;

namespace FireproofBench.Simulation.Devices;

/// <content>What the device is told when something fails: which errors are to be expected, and what may stand in them.</content>
internal sealed partial class WorldDevice
{
    // What the documentation names for calls beside faults, closings and missing keys. A late store may show a document before the file that is attached to it.
    private bool IsForeseen(Exception e, Database database, StepKind kind, bool hadPatches) => e switch
    {
        ObjectDisposedException or OperationCanceledException => Database != database,
        StorageException { Kind: StorageErrorKind.NotAuthorized } => _scene.Plan.Takes(StepKind.RotateKey),
        StorageException { Kind: StorageErrorKind.Corrupt } => _scene.Plan.HasDamage,
        StorageException { Kind: StorageErrorKind.NoSpace } => _scene.MayRefuse(StorageErrorKind.NoSpace),
        StorageException storage => _scene.MayRefuse(storage.Kind) && MayMeetNetwork(kind, hadPatches),
        MissingBlockException => hadPatches || HasPatches || (kind == StepKind.ReadFile && _scene.IsLate),
        _ => false,
    };

    // A place of its own has room or none, and no faults of a network: these are told only by what lies at the store, or has to come from there. Whether somebody else still has a past state that was compacted away here, only the store can tell.
    private bool MayMeetNetwork(StepKind kind, bool hadPatches) => IsDirect || hadPatches || HasPatches || kind is StepKind.Synchronise or StepKind.ReadFile or StepKind.ReadPast or StepKind.OpenSnapshot or StepKind.Changes or StepKind.Rollback;

    // Whether files of the present state may be elsewhere: they come when they are asked for, or are still on their way. A step that began then may fail for it long after they came.
    private bool HasPatches => _scene.Plan.Has(Features.OnDemand) || !IsWhole || Links.Any(static link => link.Status is not { Activity: SyncActivity.UpToDate, LastError: null });

    private void Surprise(string doing, Exception e)
    {
        Hear(doing, e);
        _scene.Witness.Accuse(Claim.NoSurprises, $"{Name} {doing}: {Describe(e)}");
    }

    // Errors are written into logs, and sent to whoever looks after a program.
    private void Hear(string doing, Exception e)
    {
        for (Exception? told = e; told is not null; told = told.InnerException)
        {
            if (told.Message.Contains(Scene.Mark, StringComparison.Ordinal))
                _scene.Witness.Accuse(Claim.Secrecy, $"{Name} {doing}: an error holds a part of a document: {told.Message}");
        }
    }

    // What a link or a compaction reports of its failures is read by the same people.
    private void HearReports()
    {
        foreach (RemoteLink link in Links)
        {
            SyncStatus status = link.Status;
            if (status.LastError is { } failure)
                Hear("reports of a link", failure);
            foreach (UnreadableHead head in status.Unreadable)
                Hear("reports of a head", head.Reason);
        }

        if (Database?.CompactionFailure is { } failed)
            Hear("reports of a compaction", failed);
    }

    private static string Describe(Exception e)
    {
        string where = e.StackTrace?.Split('\n').FirstOrDefault(static line => line.Contains("FireproofBench.Engine", StringComparison.Ordinal))?.Trim() ?? "";
        int file = where.IndexOf(" in ", StringComparison.Ordinal);
        return $"{e.GetType().Name}: {e.Message}{(where.Length == 0 ? "" : " (" + (file < 0 ? where : where[..file]) + ")")}";
    }
}
