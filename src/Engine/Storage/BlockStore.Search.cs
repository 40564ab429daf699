using System.Runtime.ExceptionServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Storage;

/// <content>Looks for blocks that no opened file is known to hold.</content>
internal sealed partial class BlockStore
{
    // With a log: the block may be gone for good, and is looked for in the files of that log, and in others that are here.
    private async ValueTask<ReadOnlyMemory<byte>> SearchAsync(Cid cid, IReadOnlySet<Cid>? log, CancellationToken cancellation)
    {
        // Whoever knows the file does not wait for those who look for theirs, perhaps at a remote store that does not answer.
        (ReadOnlyMemory<byte>? known, StorageException? away) = await ReadAgainAsync(cid, cancellation);
        if (known is { } content)
            return content;

        // One search at a time: another one could take the file with the block off the stack and leave this one to find it empty.
        using AsyncLock.Holding turn = await _search.AcquireCancellableAsync(cancellation);
        HashSet<Cid> asked = [];
        Stack<Cid> elsewhere = [];
        try
        {
            while (true)
            {
                (ReadOnlyMemory<byte>? found, StorageException? failure) = await ReadAgainAsync(cid, cancellation);
                if (found is { } block)
                    return block;
                away ??= failure;
                Cid next;
                bool isPointed;
                lock (_gate)
                {
                    if (_index.ContainsKey(cid))
                        continue;
                    isPointed = TryPoint(cid, out next);
                    if (!isPointed)
                        PeekUnopened(out next);
                }

                if (!next.IsDefined)
                {
                    (bool isIndexed, StorageException? unread) = await IndexAgainAsync(cid, cancellation);
                    away ??= unread;
                    if (!isIndexed && !LookAgain(asked, isNear: log is not null))
                        break;
                }
                else if (!isPointed && (away is not null || log?.Contains(next) == false) && !await IsHereAsync(next, away is not null, cancellation))
                {
                    PutAside(next, elsewhere);
                }
                else
                {
                    asked.Add(next);
                    try
                    {
                        await OpenNextAsync(next, cancellation);
                    }
                    catch (StorageException e) when (!isPointed && away is null)
                    {
                        // What is here is no worse for a store that is away: the block may be in an older file.
                        if (await IsHereAsync(next, looksAgain: true, cancellation))
                            throw;
                        away = e;
                        PutAside(next, elsewhere);
                    }
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                while (elsewhere.TryPop(out Cid car))
                    _unopened.Push(car);
            }
        }

        try
        {
            return await SearchReplacedAsync(cid, isNear: log is not null || away is not null, looksAgain: away is not null, cancellation);
        }
        catch (MissingBlockException) when (away is not null)
        {
            // Whether it is gone, only that store can tell.
            ExceptionDispatchInfo.Throw(away);
            throw;
        }
        catch (MissingBlockException) when (FirstDamage() is { } damage)
        {
            throw new StorageException(damage.Kind, damage.Operation, damage.Key, damage.Reason, damage);
        }
    }

    // A block whose file was opened before; null when none is known, or it is not there any more. Of several who want the same file one reads it, and the others find it in memory. With the failure of
    // a remote store that was asked for a file that is not here: the block may be in another.
    private async ValueTask<(ReadOnlyMemory<byte>? Content, StorageException? Away)> ReadAgainAsync(Cid cid, CancellationToken cancellation)
    {
        Location location;
        lock (_gate)
        {
            if (!_index.TryGetValue(cid, out location))
                return (null, null);
        }

        using AsyncLock.Holding turn = await location.Slot.Reading.AcquireCancellableAsync(cancellation);
        CarFile? file = null;
        StorageException? away = null;
        if (!IsForgotten(location.Slot))
            (file, away) = await OpenHereOrAwayAsync(location.Slot.Cid, cancellation);
        lock (_gate)
        {
            if (file is not null)
                return (Check(cid, location, file), null);

            // Not what another search may have found meanwhile.
            if (_index.TryGetValue(cid, out Location now) && now == location)
                _hasForgotten |= _index.Remove(cid);
            return (null, away);
        }
    }

    // Of a file whose content was not in memory when it was forgotten, the index still says what it held.
    private bool IsForgotten(CarSlot slot)
    {
        lock (_gate)
            return !_slots.TryGetValue(slot.Cid, out CarSlot? known) || known != slot;
    }

    // A file that was opened before; when it is not here any more, and a remote store did not give it, that failure.
    private async ValueTask<(CarFile? File, StorageException? Away)> OpenHereOrAwayAsync(Cid car, CancellationToken cancellation)
    {
        try
        {
            return (await OpenAsync(car, cancellation), null);
        }
        catch (StorageException e) when (e.Operation == RemoteFiles.Fetch)
        {
            return (null, e);
        }
    }

    // A file that was deleted after it was named is nowhere: a store that is away is no reason to fail for it.
    private void PeekUnopened(out Cid car)
    {
        while (_unopened.TryPeek(out car) && !_known.Contains(car))
            _unopened.Pop();
    }

    // What the indexes say, as far as it was not tried yet.
    private bool TryPoint(Cid block, out Cid car)
    {
        foreach (GroupIndex index in _indexes.Values)
        {
            foreach (Cid found in index.Find(block))
            {
                if (_known.Contains(found) && !_slots.ContainsKey(found) && !_absent.Contains(found) && !_damaged.ContainsKey(found))
                {
                    car = found;
                    return true;
                }
            }
        }

        car = default;
        return false;
    }

    // A block can lie in several files, and only one place is remembered: when that one was deleted, the others are looked for once.
    private async ValueTask<(bool IsFound, StorageException? Away)> IndexAgainAsync(Cid cid, CancellationToken cancellation)
    {
        List<CarSlot> slots;
        lock (_gate)
        {
            // What is forgotten from here on may be found nowhere any more by this look, and needs another.
            if (!_hasForgotten)
                return (false, null);
            _hasForgotten = false;
            slots = [.. _slots.Values];
        }

        StorageException? away = null;
        try
        {
            foreach (CarSlot slot in slots)
            {
                (CarFile? file, StorageException? failure) = await OpenHereOrAwayAsync(slot.Cid, cancellation);
                away ??= failure;
                if (file is null)
                    continue;
                lock (_gate)
                    Index(slot, file, isNewest: false);
            }
        }
        catch
        {
            lock (_gate)
                _hasForgotten = true;
            throw;
        }

        lock (_gate)
        {
            // One that is to be had again may hold it.
            _hasForgotten |= away is not null;
            return (_index.ContainsKey(cid), away);
        }
    }

    // A file that cannot be read for good is passed over, so that it does not hide what older files hold; after a fault that may pass it stays the next one to try.
    private async ValueTask OpenNextAsync(Cid car, CancellationToken cancellation)
    {
        try
        {
            if (!IsOpened(car))
                await OpenAsync(car, cancellation);
        }
        catch (StorageException e) when (e.Kind is StorageErrorKind.Corrupt or StorageErrorKind.NotAuthorized)
        {
            lock (_gate)
                _damaged[car] = e;
        }

        lock (_gate)
        {
            // Newer files may have been learnt of meanwhile: they lie above this one, which is then found open when its turn comes.
            if (_unopened.TryPeek(out Cid top) && top == car)
                _unopened.Pop();
        }
    }

    // A file that is somewhere else, and that this search does not ask for: others may need it.
    private void PutAside(Cid car, Stack<Cid> elsewhere)
    {
        lock (_gate)
        {
            if (!_unopened.TryPeek(out Cid top) || top != car)
                return;
            _unopened.Pop();
            elsewhere.Push(car);
        }
    }

    private StorageException? FirstDamage()
    {
        lock (_gate)
            return _damaged.Values.FirstOrDefault();
    }

    // What was nowhere when an earlier search asked for it may have come, and what arrived damaged may arrive whole: before a block is given up, those are asked for once more.
    // For a block that may be gone for good only what was damaged is.
    private bool LookAgain(HashSet<Cid> asked, bool isNear)
    {
        lock (_gate)
        {
            List<Cid> again = [.. _damaged.Keys.Concat(isNear ? [] : _absent.Where(_known.Contains)).Where(asked.Add)];
            foreach (Cid car in again)
            {
                _damaged.Remove(car);
                _unopened.Push(car);
            }

            return again.Count > 0;
        }
    }

    private bool IsOpened(Cid car)
    {
        lock (_gate)
            return IsIndexed(car);
    }

    // The last resort: files that compactions replaced, as far as they are still there.
    private async ValueTask<ReadOnlyMemory<byte>> SearchReplacedAsync(Cid cid, bool isNear, bool looksAgain, CancellationToken cancellation)
    {
        foreach (Cid car in ListReplaced())
        {
            if (isNear && !await IsHereAsync(car, looksAgain, cancellation))
                continue;
            CarFile? file = await OpenAsync(car, cancellation);
            if (file is null)
                continue;
            lock (_gate)
            {
                if (_index.TryGetValue(cid, out Location location) && location.Slot.File is { } found)
                    return Check(cid, location, found);
            }
        }

        throw new MissingBlockException(cid, $"none of the files of the log holds it, nor any that a compaction replaced and that is still there{NameAbsent()}");
    }

    // What was elsewhere when somebody looked before is taken to be there still, unless it matters: a link brings files at any time.
    private async ValueTask<bool> IsHereAsync(Cid car, bool looksAgain, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!looksAgain && _elsewhere.Contains(car))
                return false;
        }

        bool isHere = await _files.Gateway.HeadAsync(DataFiles.KeyOfCar(car), cancellation) is not null;
        lock (_gate)
        {
            if (isHere)
                _elsewhere.Remove(car);
            else
                _elsewhere.Add(car);
        }

        return isHere;
    }

    private string NameAbsent()
    {
        lock (_gate)
        {
            List<Cid> absent = [.. _absent.Where(_known.Contains)];
            return absent.Count == 0 ? "" : $"; {absent.Count} of its files are not there, among them '{DataFiles.KeyOfCar(absent[0])}'";
        }
    }

    private List<Cid> ListReplaced()
    {
        var replaced = new List<Cid>();
        lock (_gate)
        {
            foreach (CarSlot slot in _slots.Values)
            {
                foreach (CarGroup group in slot.Replaced)
                    replaced.AddRange(group.Cars.Where(car => !_slots.ContainsKey(car) && !_absent.Contains(car)));
            }
        }

        return replaced;
    }
}
