using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Compaction;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <content>One round: what is new there is taken in, what is new here is sent.</content>
public sealed partial class RemoteLink
{
    private readonly Dictionary<Cid, DateTimeOffset> _since = [];
    private readonly HashSet<Cid> _compactions = [];
    private ImmutableArray<MetaEntry> _entries = [];
    private ImmutableArray<Cid> _takenIn = [];
    private RemoteDescription? _noted;

    // The groups that what was taken in or published last names there.
    private IReadOnlyCollection<CarGroup> _named = [];
    private int _remoteLog;
    private ImmutableArray<CarGroup> _offered = [];
    private bool _hasMet;
    private bool _wasReadable;

    // Tells whether both sides have all now, or files are still on their way here.
    private async ValueTask<bool> RoundAsync(long round, CancellationToken cancellation)
    {
        Report(static status => status with { Activity = SyncActivity.Working, NextAttempt = null });

        // What was written here goes out before anything else is taken in: then its own file says all, and no bookmark has to go with it.
        if (_hasMet && await _replica.Description.IsPlainAsync(cancellation))
            await SendFirstAsync(cancellation);
        MetaReading reading = Interlocked.Exchange(ref _told, null) ?? await _remote.Metadata.ReadAsync(cancellation);
        Exception? setAside = await TakeInAsync(reading, isFirst: false, cancellation);
        _hasMet = true;
        if (!_listedAttachments)
            await ListAttachmentsAsync(cancellation);
        await SendAsync(cancellation);
        if (!_isInDoubt)
            EndSent(round);
        await KeepSeenAsync(isLast: false);
        bool isComing = FetchMissing(cancellation);

        // What another device's head lacks does not keep ours back; but it is looked for again soon.
        if (setAside is not null)
            throw _wasReadable && WaitsForKey(setAside) ? new StorageException(StorageErrorKind.Transient, "take in", Name, setAside.Message, setAside) : setAside;
        return !isComing && !_isInDoubt && _soon is null;
    }

    // A file that nobody has any more is needed no longer, as a rule, once it is known what others put in its place: the round goes on, and sends again.
    private async ValueTask SendFirstAsync(CancellationToken cancellation)
    {
        try
        {
            await SendAsync(cancellation);
        }
        catch (StorageException gone) when (gone.Kind == StorageErrorKind.Corrupt)
        {
        }
    }

    // Another device of the same database made a new key. An invitation brings it into the bag here, where it is looked for at every attempt.
    private static bool WaitsForKey(Exception? reason) => KeyAskedFor(reason) is not null;

    private static KeyFingerprint? KeyAskedFor(Exception? reason) =>
        reason is null ? null : reason is SealException { Key: { } key } ? key : KeyAskedFor(reason.InnerException);

    // A round over a bad network takes minutes: an invitation may have brought the key since it was asked for, or the head that asks for it may be gone.
    private async ValueTask<bool> HasKeyNowAsync(Exception refusal, CancellationToken cancellation)
    {
        if (_keys is not { LookAgain: { } lookAgain })
            return false;
        ImmutableArray<UnreadableHead> waiting = [.. _status.Unreadable.Where(static head => WaitsForKey(head.Reason))];
        IEnumerable<Exception> reasons = waiting.IsEmpty ? [refusal] : waiting.Where(head => _entries.Any(entry => entry.Cid == head.Entry)).Select(static head => head.Reason);
        await lookAgain(cancellation);
        return reasons.All(reason => KeyAskedFor(reason) is { } key && _keys.Find(key) is not null);
    }

    // What was written here goes out; what others wrote is looked for in its turn. Tells whether both sides have all, as far as is known.
    private async ValueTask<bool> SendOnlyAsync(long round, CancellationToken cancellation)
    {
        Report(static status => status with { Activity = SyncActivity.Working, NextAttempt = null });
        await SendAsync(cancellation);
        if (!_isInDoubt)
            EndSent(round);
        return !Volatile.Read(ref _isFetching) && !_isInDoubt && _soon is null;
    }

    // Whether the remote is of this database, and can be read with its keys: one head says so. What is there is taken in by the first round, for which nobody waits.
    private async ValueTask CheckAsync(MetaReading reading, CancellationToken cancellation)
    {
        Exception? refusal = null;
        foreach (MetaEntry entry in reading.Entries)
        {
            try
            {
                await _replica.Blocks.ReadHeaderAsync(Ledger.ReadGroup(entry), cancellation);
                await _replica.CheckAsync([entry], cancellation);
                _wasReadable = true;
                return;
            }
            catch (Exception e) when (IsRefusal(e))
            {
                refusal ??= e;
            }
            catch (Exception e) when (IsFaultOfEntry(e))
            {
                // The first round sets it aside, and says so.
            }
        }

        if (refusal is not null)
            throw refusal;
    }

    // What the remote has by itself: its heads, its log, and so its files.
    private async ValueTask NoteRemoteAsync(CancellationToken cancellation)
    {
        ImmutableArray<MetaEntry> known = [.. _entries.Where(entry => _takenIn.Contains(entry.Cid))];
        if (_noted is not { } noted || !noted.IsOf(known))
            noted = await DescribeAsync(known, cancellation);
        _remoteHeads = noted.Heads;
        _named = noted.Log;
        if (HasCompacted(noted.Log))
            _uploader.Doubt(noted.Files, (_options.Garbage ?? new GarbageOptions()).MinAge / 2);
        foreach (Cid car in noted.Files)
            _uploader.NotePresence(car);
        _remoteLog = noted.Log.Count;
    }

    private async ValueTask<RemoteDescription> DescribeAsync(ImmutableArray<MetaEntry> known, CancellationToken cancellation)
    {
        ImmutableArray<Cid> heads = known.IsEmpty ? [] : await _replica.HeadsOfAsync(known, cancellation);
        var log = new HashSet<CarGroup>();
        bool isWhole = true;
        foreach (MetaEntry entry in known)
        {
            CarGroup group = Ledger.ReadGroup(entry);
            log.Add(group);
            if (await _replica.Blocks.ReadHeaderAsync(group, cancellation) is { } header)
                log.UnionWith(header.Cars);
            else
                isWhole = false;
        }

        RemoteDescription made = new(known, heads, log, [.. log.SelectMany(static group => group.Cars)]);
        _noted = isWhole ? made : null;
        return made;
    }

    // Whether a compaction of another device stands there that was not looked at before.
    private bool HasCompacted(IEnumerable<CarGroup> log)
    {
        bool isNews = false;
        foreach (CarGroup part in log)
            isNews |= _replica.Blocks.HasReplaced(part) && _compactions.Add(part.First);
        return isNews;
    }

    // Another process on the same files may have compacted so often that those of the state that is known here are gone, and a write here removes the bookmark that said what was
    // there before it: the newer state has what they held.
    private async ValueTask SendAsync(CancellationToken cancellation)
    {
        LedgerState before = _replica.State;
        try
        {
            await SendPresentAsync(cancellation);
        }
        catch (Exception e) when (Ledger.MayBeOutdated(e))
        {
            await _replica.RefreshAsync(cancellation);
            if (ReferenceEquals(before, _replica.State))
                throw;
            await SendPresentAsync(cancellation);
        }
    }

    // Sends what is here now, once: what is written meanwhile is the next round's. Whoever writes faster than the remote answers would else never take anything in.
    private async ValueTask SendPresentAsync(CancellationToken cancellation)
    {
        await SendAttachmentsAsync(cancellation);
        if (!IsBehind(_replica.State))
            return;

        // The files of the state must not be deleted before they are sent.
        using OpenWalks.Walk hold = _replica.Hold();
        (LedgerState state, CarGroup group, CarHeader header) = await _replica.DescribeAsync(cancellation);

        // What is written meanwhile may be merged too: what is explained is what is sent.
        while (await UnexplainedAsync(state, cancellation) is { Count: > 0 } unexplained)
        {
            await _replica.ExplainAsync(unexplained, cancellation);
            (state, group, header) = await _replica.DescribeAsync(cancellation);
        }

        if (!IsBehind(state))
            return;
        List<Cid> due = [.. state.Log.Append(group).SelectMany(static part => part.Cars).Where(car => !_uploader.IsThere(car)).Distinct()];
        due.Reverse();
        await _uploader.SendAsync(due, DataFiles.KeyOfCar, cancellation);
        await SendAttachmentsAsync(cancellation);
        MetaEntry entry = MetaPayload.Write(group, _takenIn);
        await _remote.Metadata.PublishAsync(entry, _takenIn, cancellation);

        // What was told before does not have it yet, and would look like a loss.
        _told = null;
        _entries = [.. _entries.Where(old => !_takenIn.Contains(old.Cid)), entry];
        _takenIn = [entry.Cid];
        _remoteHeads = state.Heads;
        int before = _remoteLog;
        _remoteLog = header.Cars.Length + 1;
        _offered = state.Log;
        _named = state.Log;
        if (_remoteLog < before)
            CollectGarbage(cancellation);
        _seen = _remoteHeads;
        Report(status => Measure(status) with { RemoteHeads = _remoteHeads, Published = status.Published + 1 });
    }

    // What the remote names and our log does not, and no compaction that is there or goes there says of: others would keep it in their logs, and whoever collects garbage would not
    // know that it was needed a moment ago.
    private async ValueTask<HashSet<CarGroup>> UnexplainedAsync(LedgerState state, CancellationToken cancellation)
    {
        // As a rule what was written since stands before what was sent.
        if (_named is ImmutableArray<CarGroup> sent && state.Log.AsSpan().EndsWith(sent.AsSpan()))
            return [];
        HashSet<CarGroup> unexplained = [.. _named];
        unexplained.ExceptWith(state.Log);
        unexplained.RemoveWhere(_replica.Blocks.IsBookmark);
        var open = new Queue<CarGroup>(state.Log);
        while (unexplained.Count > 0 && open.TryDequeue(out CarGroup? group))
        {
            if (!_replica.Blocks.HasReplaced(group))
                continue;
            foreach (CarGroup former in await _replica.Blocks.ReadReplacedAsync(group, cancellation))
            {
                unexplained.Remove(former);
                if (_uploader.IsThere(former.First))
                    open.Enqueue(former);
            }
        }

        return unexplained;
    }

    // The remote lacks heads of ours; or it has all, in a log so long that our compacted one serves others better. Where several devices' entries stand side by side the
    // next write joins them anyway: if each of the devices put its own log in their place, there would be as many entries again, and no end of it. And a log is offered once: the group
    // that says our state may name many that were replaced since.
    private bool IsBehind(LedgerState state) =>
        state.Heads.Length > 0
        && (!state.Heads.SequenceEqual(_remoteHeads) || (_takenIn.Length == 1 && _remoteLog > (2 * state.Log.Length) + 1 && !_offered.SequenceEqual(state.Log)));

    private SyncStatus Measure(SyncStatus status)
    {
        DateTimeOffset now = _time.GetUtcNow();
        int files = 0;
        long bytes = 0;
        DateTimeOffset? oldest = null;
        LedgerState state = _replica.State;
        foreach (CarGroup group in state.Heads.AsSpan().SequenceEqual(_remoteHeads.AsSpan()) ? [] : state.Log)
        {
            foreach (Cid car in group.Cars)
            {
                if (_uploader.IsThere(car))
                    continue;
                files++;
                bytes += _replica.Blocks.LengthOf(car);
                if (!_since.TryGetValue(car, out DateTimeOffset since))
                    _since[car] = since = now;
                oldest = oldest is null || since < oldest ? since : oldest;
            }
        }

        if (files == 0)
            _since.Clear();
        (int attachments, long attached) = _attachments.Total;
        return status with
        {
            PendingFiles = files + attachments,
            PendingBytes = bytes + attached,
            OldestPending = oldest,
            Sent = _uploader.Sent,
            Received = _remotes.Fetched,
        };
    }
}
