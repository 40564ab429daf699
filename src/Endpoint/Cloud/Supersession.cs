using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Which heads a new one stands for, by what its own files say, which the ledger's keys open: its log or its compaction names their files, or it is a compaction of everything, and its events follow theirs.</summary>
/// <remarks>
/// What parents of heads say is no help: clients name what they were shown, before they merged it. Nor does the log alone say enough: the reference engine takes the files of others into its log a moment before
/// it takes in their state, and a compaction of it can name files whose content it left out. Where something cannot be read or shown nothing is replaced; a client passes over what it knows.
/// </remarks>
/// <param name="database">The database of the ledger.</param>
/// <param name="data">Where its files are.</param>
internal sealed class Supersession(string database, IDataGateway data)
{
    private const int LongestFirstFile = 1 << 20;
    private const long LongestCompaction = 16 << 20;

    // Commits that were not published lie between two heads of a device; their files are looked through for the events in between.
    private const int MostFilesBetween = 32;
    private const int MostDoubts = 4;

    // Of what anybody may send: more than a ledger has that is in use.
    private const int MostCandidates = 256;
    private const int MostHeads = 1000;
    private const int MostRead = 64;

    /// <summary>The heads that a new one stands for.</summary>
    /// <param name="added">The new head, which names files.</param>
    /// <param name="formers">The heads that are there.</param>
    /// <param name="keys">The keys of the ledger.</param>
    /// <param name="areThere">Whether all of these files are there: nothing is replaced by a log with a gap.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<ImmutableArray<Cid>> FindAsync(
        CloudHead added, IReadOnlyList<CloudHead> formers, ImmutableArray<PublishedKey> keys, Func<ImmutableArray<Cid>, ValueTask<bool>> areThere, CancellationToken cancellation)
    {
        CarGroup own = added.Group!;
        if (await OpenAsync(own.First, LongestFirstFile, keys, cancellation) is not { } first || CarHeader.ReadFirst(first) is not { } header)
            return [];
        added.State = header.Heads;

        // A compaction of the whole log that is complete holds whatever its events hold, also where one before it left something out and so left a head.
        bool isOfAll = header.Cars.IsEmpty && header.Compact.Length > 0;
        HashSet<CarGroup> named = [.. header.Cars, .. header.Compact];
        List<CloudHead> candidates = [];
        int unread = MostRead;
        for (int i = formers.Count - 1; i >= 0 && candidates.Count < MostCandidates; i--)
        {
            CloudHead former = formers[i];
            if (former.Group is not { } group || !(isOfAll || named.Contains(group)))
                continue;
            if (former.State.IsDefault && former.Doubts < MostDoubts && unread-- > 0)
                await ReadStateAsync(former, keys, cancellation);
            if (former.State is { IsDefault: false, Length: <= MostHeads })
                candidates.Add(former);
        }

        if (candidates.Count == 0 || !await areThere([.. own.Cars, .. header.Cars.SelectMany(static group => group.Cars)]))
            return [];

        Ancestry ancestry = new(header.Heads);
        ancestry.Add(first, cancellation);
        bool isAll = await AddRestAsync(ancestry, own, first, keys, cancellation);
        if (isOfAll)
            return isAll && ancestry.IsComplete && ancestry.HoldsStates(cancellation) ? Shown(candidates, ancestry) : [];
        await AddBetweenAsync(ancestry, header.Cars, candidates, keys, cancellation);
        foreach (CloudHead doubted in candidates.Where(former => !ancestry.Contains(former.State)))
            doubted.Doubts++;
        return Shown(candidates, ancestry);
    }

    private static ImmutableArray<Cid> Shown(List<CloudHead> candidates, Ancestry ancestry) =>
        [.. candidates.Where(former => ancestry.Contains(former.State)).Select(static former => former.Cid)];

    private async ValueTask ReadStateAsync(CloudHead head, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        if (await OpenAsync(head.Group!.First, LongestFirstFile, keys, cancellation) is { } file && CarHeader.ReadFirst(file) is { } header)
            head.State = header.Heads;
        else
            head.Doubts++;
    }

    private async ValueTask<bool> AddRestAsync(Ancestry ancestry, CarGroup group, CarFile first, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        long room = LongestCompaction - first.Length;
        foreach (Cid car in group.Cars.Skip(1))
        {
            if (await OpenAsync(car, room, keys, cancellation) is not { } next)
                return false;
            ancestry.Add(next, cancellation);
            room -= next.Length;
        }

        return true;
    }

    // Newest first, until the events of all that is not doubted too often are among them.
    private async ValueTask AddBetweenAsync(Ancestry ancestry, ImmutableArray<CarGroup> log, List<CloudHead> candidates, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        long room = LongestCompaction;
        foreach (Cid car in log.SelectMany(static group => group.Cars).Take(MostFilesBetween))
        {
            if (ancestry.IsComplete || candidates.TrueForAll(former => former.Doubts >= MostDoubts || ancestry.Contains(former.State)))
                return;
            if (await OpenAsync(car, Math.Min(room, LongestFirstFile), keys, cancellation) is not { } file)
                continue;
            ancestry.Add(file, cancellation);
            room -= file.Length;
        }
    }

    private async ValueTask<CarFile?> OpenAsync(Cid car, long longest, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        string key = new CloudFile("GET", database, CloudStore.Car, car.ToString(), false).InStore;
        if (await data.HeadAsync(key, cancellation) is not { } about || about.Length > longest || await data.GetAsync(key, null, cancellation) is not { } content)
            return null;
        try
        {
            return CarHeader.OpenStored(content.Bytes, car, keys);
        }
        catch (Exception unreadable) when (unreadable is SealException or CarException)
        {
            return null;
        }
    }
}
