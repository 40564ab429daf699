using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Which heads a new one stands for, by what its own file says, which the ledger's keys open.</summary>
/// <remarks>
/// What parents say is no help: clients name as parents what they were shown, before they merged it. Where a file cannot be read nothing is replaced; a client passes over what it knows.
/// </remarks>
/// <param name="database">The database of the ledger.</param>
/// <param name="data">Where its files are.</param>
internal sealed class Supersession(string database, IDataGateway data)
{
    private const int LongestFileForItsHeader = 1 << 20;
    private const long LongestCompaction = 16 << 20;

    /// <summary>The groups of files that a new one stands for.</summary>
    /// <param name="added">The files of the new head.</param>
    /// <param name="formers">The files of the heads that are there.</param>
    /// <param name="keys">The keys of the ledger.</param>
    /// <param name="areThere">Whether all files of a group are there: nothing is replaced by a log with a gap.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlySet<CarGroup>> FindAsync(
        CarGroup added, IReadOnlyCollection<CarGroup> formers, ImmutableArray<PublishedKey> keys, Func<CarGroup, ValueTask<bool>> areThere, CancellationToken cancellation)
    {
        HashSet<CarGroup> replaced = [];
        if (formers.Count == 0 || await OpenAsync(added.First, LongestFileForItsHeader, keys, cancellation) is not { } first || CarHeader.ReadFirst(first) is not { } header)
            return replaced;
        replaced.UnionWith(header.Cars);
        replaced.IntersectWith(formers);
        if (header.Compact.Length > 0)
            replaced.UnionWith(await CompactedAsync(added, first, header, formers, keys, cancellation));
        if (replaced.Count == 0)
            return replaced;
        foreach (CarGroup listed in (CarGroup[])[added, .. header.Cars])
        {
            if (!await areThere(listed))
                return ImmutableHashSet<CarGroup>.Empty;
        }

        return replaced;
    }

    // A compaction in tiers is none of the reference engine's, and took over what it names. One of the whole log did where the state of a head is part of its own and is in its files.
    private async ValueTask<List<CarGroup>> CompactedAsync(
        CarGroup added, CarFile first, CarHeader header, IReadOnlyCollection<CarGroup> formers, ImmutableArray<PublishedKey> keys, CancellationToken cancellation)
    {
        HashSet<CarGroup> named = [.. header.Compact];
        List<CarGroup> candidates = [.. formers.Where(named.Contains)];
        if (candidates.Count == 0 || header.Cars.Length > 0)
            return candidates;
        List<CarFile> files = [first];
        long room = LongestCompaction - first.Length;
        foreach (Cid car in added.Cars.Skip(1))
        {
            if (await OpenAsync(car, room, keys, cancellation) is not { } next)
                return [];
            files.Add(next);
            room -= next.Length;
        }

        CompactedFiles compacted = new(files);
        List<CarGroup> held = [];
        foreach (CarGroup candidate in candidates)
        {
            if (await OpenAsync(candidate.First, LongestFileForItsHeader, keys, cancellation) is { } file && CarHeader.ReadFirst(file) is { } former
                && former.Heads.All(header.Heads.Contains) && await compacted.HoldAsync(former.Heads, cancellation))
            {
                held.Add(candidate);
            }
        }

        return held;
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
