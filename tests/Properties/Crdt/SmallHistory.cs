using System.Buffers.Binary;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Cbor;
using Xunit;

namespace FireproofBench.Properties.Crdt;

/// <summary>
/// A history of a few events behind the first one of every database, which grows at its end and shrinks again. Every event is made by the writer itself, on
/// the heads of any events with all that was before them: so a device makes it that heard of just these.
/// </summary>
internal sealed class SmallHistory : IEventSource, IShardSource
{
    private static readonly Cid _tombstone = Cid.Of(CidCodec.DagCbor, CborTree.Encode(new Dictionary<string, object?> { ["del"] = true }));
    private static readonly Cid[] _values = [_tombstone, .. Enumerable.Range(1, 9).Select(static number => Cid.Of(CidCodec.DagCbor, CborTree.Encode((Int128)number)))];

    private readonly bool _distinct;
    private readonly Dictionary<Cid, ClockEvent> _events = [];
    private readonly Dictionary<Cid, Shard> _shards = new() { [Shard.Empty.Cid] = Shard.Empty };
    private readonly List<SmallEvent> _made = [];
    private readonly Stack<List<Cid>> _shardsOf = [];
    private readonly Dictionary<int, PailChange> _resolved = [];
    private readonly ClockEvent _first;
    private readonly Cid[] _firstShards;
    private int[] _pasts = [];

    private SmallHistory(bool distinct, CrdtChange first)
    {
        _distinct = distinct;
        _first = first.Event!;
        _firstShards = [.. first.Pail.Additions.Select(static shard => shard.Cid)];
        _events.Add(_first.Cid, _first);
        foreach (Shard shard in first.Pail.Additions)
            _shards[shard.Cid] = shard;
    }

    /// <summary>The events behind the first one, none before one of its past.</summary>
    public IReadOnlyList<SmallEvent> Events => _made;

    /// <summary>The past of each event.</summary>
    public ReadOnlySpan<int> Pasts => _pasts;

    /// <summary>All events, as bits.</summary>
    public int All => (1 << _made.Count) - 1;

    /// <summary>The value that the first event gives its key.</summary>
    public static Cid FirstValue => _values[1];


    /// <summary>The value with a number; 0 is a tombstone.</summary>
    public static Cid Value(int number) => _values[number];

    /// <summary>A history without events behind the first one.</summary>
    /// <param name="distinct">Whether each event writes a value that no other writes. Deletions all write the same.</param>
    public static async Task<SmallHistory> BeginAsync(bool distinct)
    {
        var empty = new Pail.ShardShelf();
        return new SmallHistory(distinct, await CrdtWriter.PutAsync(empty, [], CrdtWriter.Beginning, Genesis.Key, FirstValue, CancellationToken.None));
    }

    /// <summary>A history of this shape, in which each event puts another value at one key.</summary>
    public static async Task<SmallHistory> BeginAsync(int[] pasts)
    {
        SmallHistory history = await BeginAsync(distinct: false);
        for (int i = 0; i < pasts.Length; i++)
        {
            SmallWrite write = SmallWrite.Put("a", i + 1);
            history.Push(await history.MakeAsync(pasts[i], write), write, pasts[i]);
        }

        return history;
    }

    public ValueTask<ClockEvent> GetAsync(Cid cid, CancellationToken cancellation) =>
        ValueTask.FromResult(_events.TryGetValue(cid, out ClockEvent? found) ? found : throw new MissingBlockException(cid, "no event of the history"));

    ValueTask<Shard> IShardSource.GetAsync(Cid cid, CancellationToken cancellation) =>
        ValueTask.FromResult(_shards.TryGetValue(cid, out Shard? found) ? found : throw new MissingBlockException(cid, "no shard of the history"));

    public bool Contains(Cid clockEvent) => _events.ContainsKey(clockEvent);

    /// <summary>The heads of some of the events with all of their past.</summary>
    public Cid[] Heads(int events)
    {
        if (events == 0)
            return [_first.Cid];
        int latest = Antichains.Latest(_pasts, events);
        return [.. _made.Where((_, place) => (latest >> place & 1) != 0).Select(static made => made.Event.Cid)];
    }

    /// <summary>The heads of a replica that has these heads and hears of others, one after another: joined as databases join them, which is what an advance by each of them gives.</summary>
    public async ValueTask<IReadOnlyList<Cid>> MergeAsync(IReadOnlyList<Cid> heads, IEnumerable<Cid> others)
    {
        foreach (Cid other in others)
        {
            IReadOnlyList<Cid> joined = await MerkleClock.ReduceAsync(this, [.. heads, other], CancellationToken.None);
            IReadOnlyList<Cid> advanced = await MerkleClock.AdvanceAsync(this, heads, other, CancellationToken.None);
            if (!joined.Order().SequenceEqual(advanced.Order()))
                Assert.Fail($"{string.Join(' ', joined)} joined, and {string.Join(' ', advanced)} advanced, of {string.Join(' ', heads)} and {other}: {this}");
            heads = joined;
        }

        return heads;
    }

    public ValueTask<PailChange> ResolveAsync(IReadOnlyList<Cid> heads) => Resolution.ResolveAsync(this, this, heads, CancellationToken.None);

    /// <summary>Makes an event, without taking it into the history. Null when the write changes nothing.</summary>
    /// <param name="past">The events known to who makes it.</param>
    /// <param name="write">What it does.</param>
    public async ValueTask<CrdtChange> MakeAsync(int past, SmallWrite write)
    {
        Cid[] heads = Heads(past);
        if (!_resolved.TryGetValue(past, out PailChange? resolved))
            _resolved.Add(past, resolved = await ResolveAsync(heads));
        IShardSource shards = With(resolved);
        KeyValue[] operations = [.. write.Puts.Select(put => new KeyValue(put.Key, Value(put.Value, heads)))];
        return write.Kind switch
        {
            OperationKind.Batch => await CrdtWriter.BatchAsync(shards, heads, resolved, operations, CancellationToken.None),
            OperationKind.Put => await CrdtWriter.PutAsync(shards, heads, resolved, operations[0].Key, operations[0].Value, CancellationToken.None),
            _ => Removed(operations[0].Key, heads, resolved, await PailTree.DeleteAsync(shards, resolved.Root, operations[0].Key, CancellationToken.None)),
        };
    }

    /// <summary>Takes an event into the history, with the shards that the write stores.</summary>
    public void Push(CrdtChange change, SmallWrite write, int past)
    {
        var added = new List<Cid>();
        foreach (Shard shard in change.Pail.Additions)
        {
            if (_shards.TryAdd(shard.Cid, shard))
                added.Add(shard.Cid);
        }

        _shardsOf.Push(added);
        _events.Add(change.Event!.Cid, change.Event);
        _made.Add(new SmallEvent(change, write, past));
        _pasts = [.. _pasts, past];
    }

    /// <summary>Takes the last event out again.</summary>
    public void Pop()
    {
        SmallEvent last = _made[^1];
        for (int known = 1 << (_made.Count - 1); known <= All; known++)
            _resolved.Remove(known);
        _made.RemoveAt(_made.Count - 1);
        _pasts = _pasts[..^1];
        _events.Remove(last.Event.Cid);
        foreach (Cid shard in _shardsOf.Pop())
            _shards.Remove(shard);
    }

    /// <summary>What a device shows that knows of this resolution.</summary>
    public async ValueTask<List<KeyValuePair<string, Cid>>> EntriesAsync(PailChange resolved)
    {
        var entries = new List<KeyValuePair<string, Cid>>(3);
        await foreach (KeyValuePair<string, Cid> entry in PailEntries.WalkAsync(With(resolved), resolved.Root, KeyRange.All, CancellationToken.None))
            entries.Add(entry);
        return entries;
    }

    /// <summary>All shards that the root of a resolution or write reaches.</summary>
    public async ValueTask<HashSet<Cid>> ReachAsync(PailChange change)
    {
        IShardSource shards = With(change);
        var reached = new HashSet<Cid>();
        var open = new Stack<Cid>([change.Root]);
        while (open.TryPop(out Cid cid))
        {
            if (!reached.Add(cid))
                continue;
            foreach (ShardEntry entry in (await shards.GetAsync(cid, CancellationToken.None)).Entries.ToArray().Where(static entry => entry.IsLink))
                open.Push(entry.Link);
        }

        return reached;
    }

    /// <summary>All shards that a device has stored which knows of some of the events.</summary>
    public HashSet<Cid> StoredWith(int events) =>
        [.. _firstShards, .. Places(events).SelectMany(place => _made[place].Change.Pail.Additions).Select(static shard => shard.Cid)];

    /// <summary>What a key may show: the values that no later write replaced. Not defined stands for absent: after a removal, or when nobody wrote it.</summary>
    public HashSet<Cid> LastValues(string key)
    {
        int writers = 0;
        for (int i = 0; i < _made.Count; i++)
        {
            if (_made[i].Write.Puts.Any(put => put.Key == key))
                writers |= 1 << i;
        }

        if (writers == 0)
            return [default];
        int last = Antichains.Latest(_pasts, writers);
        return [.. Places(last).Select(place => ValueOf(_made[place].Event, key))];
    }

    public override string ToString() => string.Join(
        "; ", _made.Select((made, place) => $"{place} {made.Write} on [{string.Join(",", Places(Antichains.Latest(_pasts, made.Past)))}]"));

    /// <summary>The places of the events in a set of bits.</summary>
    public static IEnumerable<int> Places(int events) => Enumerable.Range(0, 31).Where(place => (events >> place & 1) != 0);

    private static Cid ValueOf(ClockEvent clockEvent, string key)
    {
        Cid value = default;
        foreach (KeyValue operation in clockEvent.Operations)
        {
            if (operation.Key == key)
                value = operation.Value;
        }

        return value;
    }

    // No writer makes such an event, so it is put together here.
    private static CrdtChange Removed(string key, Cid[] heads, PailChange resolved, PailChange removed)
    {
        if (removed.Root == resolved.Root)
            return new CrdtChange(heads, null, removed);
        byte[] block = CborTree.Encode(new Dictionary<string, object?>
        {
            ["data"] = new Dictionary<string, object?> { ["type"] = "del", ["root"] = removed.Root, ["key"] = key },
            ["parents"] = heads.Order().Select(static head => (object?)head).ToList(),
        });
        var clockEvent = ClockEvent.Read(Block.Of(CidCodec.DagCbor, block));
        return new CrdtChange([clockEvent.Cid], clockEvent, removed with { Additions = [.. resolved.Additions, .. removed.Additions] });
    }

    private IShardSource With(PailChange resolved)
    {
        if (resolved.Additions.Count == 0)
            return this;
        var overlay = new ShardOverlay(this);
        overlay.Add(resolved.Additions);
        return overlay;
    }

    // Of the heads and not of a count, so that the same events give the same history in whichever order they are made.
    private Cid Value(int number, Cid[] heads)
    {
        if (!_distinct || number == 0)
            return _values[number];
        byte[] seed = new byte[4 + (heads.Length * Cid.BinaryLength)];
        BinaryPrimitives.WriteInt32BigEndian(seed, number);
        Cid[] sorted = [.. heads.Order()];
        for (int i = 0; i < sorted.Length; i++)
            sorted[i].WriteBinary(seed.AsSpan(4 + (i * Cid.BinaryLength)));
        return Cid.Of(CidCodec.Raw, seed);
    }
}
