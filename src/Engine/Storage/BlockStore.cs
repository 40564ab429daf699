using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Storage;

/// <summary>
/// All blocks of a database, found by content id: in memory, in a CAR file that was opened before, or in the next older file of the log.
/// </summary>
/// <remarks>
/// Files are opened one by one, newest first, only when a block is asked for that none of the opened ones holds. What a file holds is remembered for
/// ever, its content as long as the budget allows. When the whole log lacks a block, the files that compactions of the log replaced are tried: the
/// reference engine can leave blocks only there.
/// </remarks>
internal sealed partial class BlockStore : IBlockSource, IShardSource, IEventSource
{
    /// <summary>Groups that decoded headers name, of those that are kept, per generation: the newest is read several times for each upload.</summary>
    private const int HeaderCapacity = 4 * 1024;

    /// <summary>Decoded shards that are kept, per generation: about a kilobyte each.</summary>
    private const int ShardCapacity = 16 * 1024;

    /// <summary>Operations of decoded events that are kept, per generation: a bulk counts with all of its operations.</summary>
    private const int EventCapacity = 64 * 1024;

    private readonly DataFiles _files;
    private readonly Lock _gate = new();
    private readonly AsyncLock _search = new();
    private readonly Dictionary<Cid, Location> _index = [];
    private readonly Dictionary<Cid, CarSlot> _slots = [];
    private readonly Stack<Cid> _unopened = new();
    private readonly HashSet<Cid> _known = [];
    private readonly HashSet<Cid> _absent = [];
    private readonly HashSet<Cid> _elsewhere = [];
    private readonly BoundedCache<Cid, CarHeader> _headers = new(HeaderCapacity);
    private readonly BoundedCache<Cid, Shard> _shards = new(ShardCapacity);
    private readonly BoundedCache<Cid, ClockEvent> _events = new(EventCapacity);
    private readonly Dictionary<Cid, StorageException> _damaged = [];
    private readonly Dictionary<Cid, GroupIndex> _indexes = [];
    private bool _hasForgotten;

    /// <summary>A store over the data files of a database.</summary>
    /// <param name="files">The files.</param>
    /// <param name="budget">Bytes of opened files that are kept in memory.</param>
    public BlockStore(DataFiles files, long budget)
    {
        _files = files;
        _budget = budget;
    }

    /// <summary>The files that the blocks are in.</summary>
    public DataFiles Files => _files;

    /// <summary>Names files that may hold blocks; those not known before, or not readable before, are tried before all others.</summary>
    /// <param name="groups">Newest first.</param>
    public void Learn(IReadOnlyList<CarGroup> groups)
    {
        lock (_gate)
        {
            for (int i = groups.Count - 1; i >= 0; i--)
            {
                // The last file of a large group is tried after its first: it may say which of the others holds what.
                ImmutableArray<Cid> cars = groups[i].Cars;
                for (int j = cars.Length - 2; j >= 1; j--)
                    Learn(cars[j]);
                if (cars.Length > 1)
                    Learn(cars[^1]);
                Learn(cars[0]);
            }
        }
    }

    private void Learn(Cid car)
    {
        // A file that was missing or damaged when it was looked for may have come meanwhile.
        bool isTriedAgain = _absent.Remove(car) | _damaged.Remove(car);
        if (_known.Add(car) || (isTriedAgain && !IsIndexed(car)))
            _unopened.Push(car);
    }

    // Whether a file was opened, and was where it is to be whenever it was asked for since.
    private bool IsIndexed(Cid car) => _slots.TryGetValue(car, out CarSlot? slot) && !slot.IsLost;

    /// <summary>Takes in a file that was just written.</summary>
    public void Add(Cid car, CarFile file)
    {
        lock (_gate)
        {
            // The same content was written before, by this session or another: its blocks are where they were.
            if (_slots.ContainsKey(car))
                return;
            _known.Add(car);
            var slot = new CarSlot(car, isOwn: true);
            _slots[car] = slot;
            Index(slot, file, isNewest: true);
            Keep(slot, file);
        }
    }

    /// <summary>Keeps shards and an event decoded: they were just written, and the next commit or merge reads them.</summary>
    public void Remember(IReadOnlyList<Shard> shards, ClockEvent? clockEvent)
    {
        foreach (Shard shard in shards)
            _shards.Add(shard.Cid, shard);
        if (clockEvent is not null)
            _events.Add(clockEvent.Cid, clockEvent, clockEvent.Operations.Length);
    }

    /// <summary>Forgets a file that was deleted, and where its blocks were.</summary>
    public void Forget(Cid car)
    {
        lock (_gate)
        {
            _known.Remove(car);
            _absent.Remove(car);
            _damaged.Remove(car);
            _indexes.Remove(car);
            if (!_slots.Remove(car, out CarSlot? slot))
                return;
            if (slot.File is not { } file)
                return;
            foreach (CarBlock block in file.Blocks)
            {
                if (_index.TryGetValue(block.Cid, out Location location) && location.Slot == slot)
                    _hasForgotten |= _index.Remove(block.Cid) && !slot.IsBookmark;
            }

            Drop(slot);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> GetAsync(Cid cid, CancellationToken cancellation) => GetAsync(cid, log: null, cancellation);

    /// <summary>Reads a block that may be gone for good: what compactions replaced, and what a log named at another time, is asked for it only where it is here, and no remote store.</summary>
    /// <param name="cid">The block.</param>
    /// <param name="log">The files of the present log.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="MissingBlockException">It is in no file of the log, and in none here that a compaction replaced.</exception>
    public ValueTask<ReadOnlyMemory<byte>> GetNearAsync(Cid cid, IReadOnlySet<Cid> log, CancellationToken cancellation) => GetAsync(cid, log, cancellation);

    private ValueTask<ReadOnlyMemory<byte>> GetAsync(Cid cid, IReadOnlySet<Cid>? log, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_index.TryGetValue(cid, out Location location) && location.Slot.File is { } file)
            {
                Touch(location.Slot);
                return ValueTask.FromResult(Check(cid, location, file));
            }
        }

        return SearchAsync(cid, log, cancellation);
    }

    /// <inheritdoc/>
    ValueTask<Shard> IShardSource.GetAsync(Cid cid, CancellationToken cancellation) =>
        DecodedAsync(_shards, cid, Shard.Read, static _ => 1, cancellation);

    /// <inheritdoc/>
    ValueTask<ClockEvent> IEventSource.GetAsync(Cid cid, CancellationToken cancellation) =>
        DecodedAsync(_events, cid, ClockEvent.Read, static read => read.Operations.Length, cancellation);

    /// <summary>Whether a group whose header was read is a bookmark, also one whose file was removed since.</summary>
    public bool IsBookmark(CarGroup group)
    {
        if (_headers.Find(group.First) is { } header)
            return header.IsBookmark;
        lock (_gate)
            return _slots.TryGetValue(group.First, out CarSlot? slot) && slot.IsBookmark;
    }

    /// <summary>Whether a group that was opened is a compaction.</summary>
    public bool HasReplaced(CarGroup group)
    {
        lock (_gate)
            return _slots.TryGetValue(group.First, out CarSlot? slot) && slot.Replaced.Length > 0;
    }

    /// <summary>Whether a group was nowhere when it was looked for, and no log has named it since.</summary>
    public bool IsAbsent(CarGroup group)
    {
        lock (_gate)
            return _absent.Contains(group.First);
    }

    /// <summary>Length of a file's content, in bytes; 0 when it was not opened yet.</summary>
    public int LengthOf(Cid car)
    {
        lock (_gate)
            return _slots.TryGetValue(car, out CarSlot? slot) ? slot.Length : 0;
    }

    /// <summary>Removes a file that nothing names any more. A store that fails keeps it: an orphan, which costs room and nothing else.</summary>
    public async ValueTask RemoveAsync(Cid car)
    {
        Forget(car);
        try
        {
            await _files.Gateway.DeleteAsync(DataFiles.KeyOfCar(car), null, CancellationToken.None);
        }
        catch (StorageException)
        {
        }
    }

    /// <summary>Opens a file of the log.</summary>
    /// <returns>Null when the provider does not have it.</returns>
    public async ValueTask<CarFile?> OpenAsync(Cid car, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(car, out CarSlot? slot) && slot.File is { } file)
            {
                Touch(slot);
                return file;
            }
        }

        CarFile? read = await _files.ReadAsync(DataFiles.KeyOfCar(car), car, cancellation);
        lock (_gate)
        {
            if (read is null)
            {
                // Searches give up where it is said that its blocks are; when it is there again they are indexed anew.
                _absent.Add(car);
                if (_slots.TryGetValue(car, out CarSlot? lost))
                    lost.IsLost = true;
                return null;
            }

            _known.Add(car);
            _absent.Remove(car);

            // Else a search that found nothing would give an old fault as its reason.
            _damaged.Remove(car);
            if (!_slots.TryGetValue(car, out CarSlot? slot))
            {
                slot = new CarSlot(car, isOwn: false);
                _slots[car] = slot;
                Index(slot, read, isNewest: false);
            }
            else if (slot.IsLost)
            {
                slot.IsLost = false;
                Index(slot, read, isNewest: false);
            }

            if (slot.File is null)
                Keep(slot, read);
            return read;
        }
    }

    /// <summary>Reads the header of a group.</summary>
    /// <returns>Null when the file is not there.</returns>
    /// <exception cref="StorageException">Corrupt when the file's root is not a header; else as the store fails.</exception>
    public async ValueTask<CarHeader?> ReadHeaderAsync(CarGroup group, CancellationToken cancellation)
    {
        if (_headers.Find(group.First) is { } known)
            return known;
        CarFile? file = await OpenAsync(group.First, cancellation);
        if (file is null)
            return null;
        if (file.Roots.Count != 1 || file.Blocks.Count == 0 || file.Blocks[0].Cid != file.Roots[0])
            throw new StorageException(StorageErrorKind.Corrupt, "open", DataFiles.KeyOfCar(group.First), "the file does not start with a header");
        Block block = new(file.Roots[0], file.Content(file.Blocks[0]));
        if (!block.Cid.Names(block.Bytes.Span))
            throw new StorageException(StorageErrorKind.Corrupt, "open", DataFiles.KeyOfCar(group.First), "the header is not what its content id names");
        try
        {
            CarHeader header = CarHeader.Read(block);
            _headers.Add(group.First, header, 1 + header.Cars.Length + header.Compact.Length);
            return header;
        }
        catch (MalformedBlockException e)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "open", DataFiles.KeyOfCar(group.First), e.Message, e);
        }
    }

    /// <summary>The groups that a group's commit replaced: none unless it is a compaction, and none when its file is not there or damaged.</summary>
    public async ValueTask<ImmutableArray<CarGroup>> ReadReplacedAsync(CarGroup group, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(group.First, out CarSlot? known))
                return known.Replaced;
        }

        try
        {
            await OpenAsync(group.First, cancellation);
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Corrupt)
        {
            return [];
        }

        lock (_gate)
            return _slots.TryGetValue(group.First, out CarSlot? opened) ? opened.Replaced : [];
    }

    /// <summary>The index in the last file of a group; null when it has none, or is not there.</summary>
    public async ValueTask<GroupIndex?> ReadIndexAsync(Cid last, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_indexes.TryGetValue(last, out GroupIndex? known))
                return known;
        }

        await OpenAsync(last, cancellation);
        lock (_gate)
            return _indexes.GetValueOrDefault(last);
    }

    private ValueTask<T> DecodedAsync<T>(BoundedCache<Cid, T> cache, Cid cid, Func<Block, T> read, Func<T, int> weight, CancellationToken cancellation)
        where T : class => cache.Find(cid) is { } known ? ValueTask.FromResult(known) : DecodeAsync(cache, cid, read, weight, cancellation);

    // Apart, so that a hit allocates nothing.
    private async ValueTask<T> DecodeAsync<T>(BoundedCache<Cid, T> cache, Cid cid, Func<Block, T> read, Func<T, int> weight, CancellationToken cancellation)
        where T : class
    {
        T decoded = read(new Block(cid, await GetAsync(cid, cancellation)));
        cache.Add(cid, decoded, weight(decoded));
        return decoded;
    }

    private static ReadOnlyMemory<byte> Check(Cid cid, Location location, CarFile file)
    {
        ReadOnlyMemory<byte> content = file.ContentAt(location.Offset, location.Length);
        if (!location.Slot.IsOwn && !cid.Names(content.Span))
            throw new StorageException(StorageErrorKind.Corrupt, "read", DataFiles.KeyOfCar(location.Slot.Cid), $"the block {cid} in it is not what its content id names");
        return content;
    }

    private void Index(CarSlot slot, CarFile file, bool isNewest)
    {
        // A block of a file that is written now is found there from now on: an older file that holds it too is the first to be deleted.
        foreach (CarBlock block in file.Blocks)
        {
            var place = new Location(slot, block.Offset, block.Length);
            if (isNewest)
                _index[block.Cid] = place;
            else
                _index.TryAdd(block.Cid, place);
        }

        if (file.Blocks.Count == 1 && GroupIndex.IsIndex(file.Content(file.Blocks[0]).Span))
            ReadIndex(slot, file);
        CarHeader? header = CarHeader.ReadOdd(file);
        slot.Replaced = header?.Compact ?? [];
        slot.IsBookmark = header?.IsBookmark == true;
        slot.Length = file.Length;
    }

    // An index that cannot be read is none: everything is found without it.
    private void ReadIndex(CarSlot slot, CarFile file)
    {
        try
        {
            _indexes[slot.Cid] = GroupIndex.Read(new Block(file.Blocks[0].Cid, file.Content(file.Blocks[0])));
        }
        catch (MalformedBlockException)
        {
        }
    }

    private readonly record struct Location(CarSlot Slot, int Offset, int Length);
}
