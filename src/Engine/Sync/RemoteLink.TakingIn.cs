using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <content>What is new there is taken in; what cannot be read is set aside, and looked for again.</content>
public sealed partial class RemoteLink
{
    // Heads whose files are fetched and merged before what is written here has its turn again.
    private const int MostHeadsAtOnce = 16;

    // Longer than any store is known to show late that keeps its promises.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Cid, long> _unshownSince = [];

    // When is looked again for what is not shown yet; null when nothing is awaited.
    private TimeSpan? _soon;
    private int _looksInVain;

    // What is new is merged together; what cannot be read is set aside, and the rest merged without it. Where there is much, what is written here goes out in between:
    // else it would wait until the files of all others are here. Gives the reason when something was set aside that may be had later.
    private async ValueTask<Exception?> TakeInAsync(MetaReading reading, bool isFirst, CancellationToken cancellation)
    {
        await RecallAsync(cancellation);
        _entries = reading.Entries;
        ImmutableArray<MetaEntry> fresh = [.. reading.Entries.Where(entry => !_takenIn.Contains(entry.Cid))];
        var unreadable = ImmutableArray.CreateBuilder<UnreadableHead>();
        int merged = 0;
        for (; !isFirst && fresh.Length > MostHeadsAtOnce; fresh = fresh[MostHeadsAtOnce..])
        {
            merged += await TakeInAsync(fresh[..MostHeadsAtOnce], unreadable, cancellation);
            await NoteRemoteAsync(cancellation);

            // What is not taken in yet may well stand for it.
            _remoteHeads = await WithSeenAsync(cancellation);
            if (_hasMet && _listedAttachments && !_isInDoubt)
                await SendAsync(cancellation);
        }

        merged += await TakeInAsync(fresh, unreadable, cancellation);
        foreach (UnreadableHead head in unreadable)
        {
            // Where nothing else stands at the beginning that is an answer; beside others, or later, it is a fault of one device among many.
            if (isFirst && merged == 0 && IsRefusal(head.Reason))
                throw head.Reason;
        }

        _wasReadable |= unreadable.Count == 0 || merged > 0;
        await NoteRemoteAsync(cancellation);
        await CompareWithSeenAsync(cancellation);
        ImmutableArray<UnreadableHead> setAside = unreadable.ToImmutable();
        Report(status => status with { RemoteHeads = _remoteHeads, Unreadable = status.Unreadable.SequenceEqual(setAside) ? status.Unreadable : setAside });
        AwaitUnshown(setAside);
        return setAside.FirstOrDefault(static head => head.Reason is StorageException { Kind: not StorageErrorKind.Corrupt } && !DataFiles.IsNotShown(head.Reason))?.Reason;
    }

    // Where a store shows late, what is not shown comes: for as long as that may take, the head's files are on their way, and are looked for again soon. Then it is the damage
    // of one head. It is no outage: what is written here goes out meanwhile.
    private void AwaitUnshown(ImmutableArray<UnreadableHead> setAside)
    {
        long now = _time.GetTimestamp();
        foreach (Cid gone in _unshownSince.Keys.Except(setAside.Select(static head => head.Entry)).ToArray())
            _unshownSince.Remove(gone);
        Exception? first = null;
        foreach (UnreadableHead head in setAside)
        {
            if (!DataFiles.IsNotShown(head.Reason) && !(head.Reason is MissingBlockException && _replica.Files.MayBeLate))
                continue;
            _unshownSince.TryAdd(head.Entry, now);
            if (_time.GetElapsedTime(_unshownSince[head.Entry], now) < _patience)
                first ??= head.Reason;
        }

        if (first is null)
        {
            _soon = null;
            _looksInVain = 0;
            return;
        }

        TimeSpan soon = PauseAfter(++_looksInVain, null);
        _soon = soon < _options.PollInterval ? soon : _options.PollInterval;
        Report(status => status with { LastError = first });
    }

    // Tells how many were merged.
    private async ValueTask<int> TakeInAsync(ImmutableArray<MetaEntry> fresh, ImmutableArray<UnreadableHead>.Builder unreadable, CancellationToken cancellation)
    {
        ImmutableArray<MetaEntry> merged = await MergeAsync(await ReadableAsync(fresh, unreadable, cancellation), unreadable, cancellation);
        _takenIn = [.. _entries.Select(static entry => entry.Cid).Where(cid => _takenIn.Contains(cid) || merged.Any(entry => entry.Cid == cid))];
        return merged.Length;
    }

    private async ValueTask<ImmutableArray<MetaEntry>> ReadableAsync(
        ImmutableArray<MetaEntry> entries, ImmutableArray<UnreadableHead>.Builder unreadable, CancellationToken cancellation)
    {
        var reasons = new ConcurrentDictionary<Cid, StorageException>();
        var headers = new ConcurrentDictionary<Cid, ImmutableArray<CarGroup>>();
        await AtOnceAsync(entries, async entry =>
        {
            try
            {
                CarGroup group = Ledger.ReadGroup(entry);
                CarHeader header = await _replica.Blocks.ReadHeaderAsync(group, cancellation)
                    ?? throw _replica.Files.Missing("take in", DataFiles.KeyOfCar(group.First), "a head of the remote names this file");

                // A bookmark is never kept here; what it said is known now.
                headers[entry.Cid] = _replica.Blocks.IsBookmark(group) ? header.Cars : [.. header.Cars, group];
            }
            catch (StorageException e)
            {
                reasons[entry.Cid] = e;
            }
        });
        if (_options.Prefetch && !_replica.State.Heads.IsEmpty)
        {
            // Several heads name the same file, as a rule. An older file that cannot be had keeps a head back only if the merge needs it.
            var named = entries.Where(entry => headers.ContainsKey(entry.Cid))
                .SelectMany(entry => headers[entry.Cid].SelectMany(static part => part.Cars).Select(car => (Car: car, Entry: entry.Cid)))
                .ToLookup(static name => name.Car, static name => name.Entry);
            await AtOnceAsync(named, async car =>
            {
                if (car.All(reasons.ContainsKey))
                    return;
                try
                {
                    _ = await WhatIsWrongAsync(car.Key, asksAnyway: false, cancellation);
                }
                catch (StorageException e)
                {
                    foreach (Cid entry in car)
                        _ = reasons.TryAdd(entry, e);
                }
            });

            // Where a compaction replaced what another log still lists, the merge may ask the remote whether it is complete: not for one after the other.
            ImmutableArray<CarGroup> log = [.. entries.Where(entry => headers.ContainsKey(entry.Cid)).SelectMany(entry => headers[entry.Cid]).Concat(_replica.State.Log).Distinct()];
            HashSet<CarGroup> among = [.. log];
            await AtOnceAsync(log, group => _replica.FetchReplacedAsync(group, among, cancellation));
        }

        unreadable.AddRange(entries.Where(entry => reasons.ContainsKey(entry.Cid)).Select(entry => new UnreadableHead(entry.Cid, reasons[entry.Cid])));
        return [.. entries.Where(entry => !reasons.ContainsKey(entry.Cid))];
    }

    private async ValueTask<ImmutableArray<MetaEntry>> MergeAsync(
        ImmutableArray<MetaEntry> entries, ImmutableArray<UnreadableHead>.Builder unreadable, CancellationToken cancellation)
    {
        if (entries.IsEmpty)
            return entries;
        try
        {
            await _replica.TakeInAsync(entries, cancellation);
            return entries;
        }
        catch (Exception e) when (entries.Length == 1 && IsFaultOfEntry(e))
        {
            unreadable.Add(new UnreadableHead(entries[0].Cid, e));
            return [];
        }
        catch (Exception e) when (entries.Length > 1 && IsFaultOfEntry(e))
        {
            // One of them is to blame: halves find it without asking each by itself.
            int half = entries.Length / 2;
            return [.. await MergeAsync(entries[..half], unreadable, cancellation), .. await MergeAsync(entries[half..], unreadable, cancellation)];
        }
    }

    private static bool IsFaultOfEntry(Exception e) =>
        e is UnrelatedHistoriesException or MissingBlockException or MalformedBlockException or StorageException { Kind: StorageErrorKind.Corrupt } || DataFiles.IsNotShown(e) || WaitsForKey(e);
}
