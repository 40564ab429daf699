using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <summary>The files that compactions replaced, until they are deleted.</summary>
/// <remarks>
/// The next compaction deletes them, when readers have had time to see the one before. Where writers share no lock that is not enough: a publication whose answer was lost is
/// sent again, or arrives late, and brings back a head whose files two quick compactions may have deleted. There they stay until the compaction that replaced them is older
/// than anything that may still be under way, by the stamps of the store alone. What a process leaves that ends before is for <see cref="Inspection.GarbageCollection"/>.
/// A compaction that this process did not write is trusted only after its newest replaced group was found in it: the reference engine can list groups as replaced whose
/// blocks it did not take over.
/// </remarks>
/// <param name="ledger">The database's state.</param>
/// <param name="files">Its files.</param>
/// <param name="walks">As long as there are any, nothing is deleted.</param>
/// <param name="leastAge">How old, at the least, where writers share no lock; null where a lock keeps all out.</param>
internal sealed class ReplacedFiles(Ledger ledger, DataFiles files, OpenWalks walks, TimeSpan? leastAge)
{
    private List<ReplacedGroups>? _known;

    /// <summary>Learns, before the first compaction here, what the one before it replaced: that stands in the log's newest compaction.</summary>
    /// <param name="now">The state that it is read from.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask LookAsync(LedgerState now, CancellationToken cancellation)
    {
        if (_known is not null)
            return;
        _known = [];
        foreach (CarGroup group in now.Log)
        {
            // What was compacted elsewhere and is not here is not fetched for it: writes wait meanwhile.
            if (!await ledger.Blocks.IsNearAsync(group.First, cancellation))
                continue;
            ImmutableArray<CarGroup> replaced = await ledger.Blocks.ReadReplacedAsync(group, cancellation);
            if (replaced.Length == 0)
                continue;
            if (await IsTrustedAsync(group, cancellation))
                _known.Add(new ReplacedGroups(replaced, await StampAsync(group, cancellation)));
            return;
        }
    }

    // What it replaced may lie at a remote store that is away. Then nothing is deleted for it here, and the compaction that asks goes on.
    private async ValueTask<bool> IsTrustedAsync(CarGroup compaction, CancellationToken cancellation)
    {
        try
        {
            return await ledger.IsCompleteAsync(compaction, cancellation);
        }
        catch (StorageException)
        {
            return false;
        }
    }

    /// <summary>Takes in groups that somebody else's compaction replaced. After <see cref="LookAsync"/>.</summary>
    /// <param name="groups">The groups.</param>
    public void Add(ImmutableArray<CarGroup> groups) => _known!.Add(new ReplacedGroups(groups, null));

    /// <summary>Deletes what is due after a compaction. What is not, because a walk may still need it, it is too young or the store fails, waits for the next one. After <see cref="LookAsync"/>.</summary>
    /// <param name="run">What the compaction replaced.</param>
    /// <param name="log">The log after it: nothing of it is deleted.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask DeleteAsync(ImmutableArray<CarGroup> run, ImmutableArray<CarGroup> log, CancellationToken cancellation)
    {
        List<ReplacedGroups> due = [.. _known!];
        _known!.Add(new ReplacedGroups(run, null));
        if (leastAge is { } age && !await TakeYoungAsync(due, age, log[0], cancellation))
            return;
        if (walks.Any)
            return;
        await DeleteAsync(due.SelectMany(static former => former.Groups), log, cancellation);
        _known.RemoveAll(due.Contains);
    }

    // Takes out of what is due whatever is younger than the age, and stamps what has no stamp yet. False when nothing can be told.
    private async ValueTask<bool> TakeYoungAsync(List<ReplacedGroups> due, TimeSpan age, CarGroup newest, CancellationToken cancellation)
    {
        // A store that is late may not show the new file yet; the next compaction's will do.
        if (await files.Gateway.HeadAsync(DataFiles.KeyOfCar(newest.First), cancellation) is not { } shown)
            return false;
        if (shown.LastModified is not { } now)
        {
            // A store without stamps keeps everything.
            _known!.Clear();
            return false;
        }

        due.RemoveAll(former => former.Since is null || now - former.Since < age);
        for (int i = 0; i < _known!.Count; i++)
            _known[i] = _known[i] with { Since = _known[i].Since ?? now };
        return true;
    }

    private async ValueTask<DateTimeOffset?> StampAsync(CarGroup group, CancellationToken cancellation) =>
        leastAge is null ? null : (await files.Gateway.HeadAsync(DataFiles.KeyOfCar(group.First), cancellation))?.LastModified;

    private async ValueTask DeleteAsync(IEnumerable<CarGroup> groups, ImmutableArray<CarGroup> log, CancellationToken cancellation)
    {
        var live = new HashSet<Cid>(log.SelectMany(static group => group.Cars));
        foreach (Cid car in groups.SelectMany(static group => group.Cars).Where(car => !live.Contains(car)))
        {
            try
            {
                await files.Gateway.DeleteAsync(DataFiles.KeyOfCar(car), null, cancellation);
            }
            catch (StorageException e) when (e.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Unsupported)
            {
                // A store that keeps whatever was written, under a lock or by its kind: that costs room and nothing else.
                return;
            }

            ledger.Blocks.Forget(car);
        }
    }
}
