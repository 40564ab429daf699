using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>
/// Many puts into one pail: shards are changed in memory and encoded once, at the end. The root is the same as after single puts.
/// </summary>
/// <remarks>
/// The puts of several events that follow one another can be one batch too (<see cref="BeginEvent"/>). The shards that their states have in common with the last
/// one then come in the order in which they would have been made event by event, so that the files of a merge are the reference engine's, byte by byte.
/// </remarks>
public sealed class PailBatch
{
    private readonly IShardSource _shards;
    private readonly Node _root;
    private readonly HashSet<(string Key, Cid Value)> _former = [];
    private int _event;

    private PailBatch(IShardSource shards, Shard root)
    {
        _shards = shards;
        _root = new Node(root);
    }

    /// <summary>Begins a batch on a pail.</summary>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="root">The root shard before.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async ValueTask<PailBatch> OpenAsync(IShardSource shards, Cid root, CancellationToken cancellation) =>
        new(shards, await shards.GetAsync(root, cancellation));

    /// <summary>
    /// Whether a key was given a value that it had before: then a shard of an earlier state may be one of the last state too, and the order of shards is not
    /// that of the events any more.
    /// </summary>
    internal bool Recurs { get; private set; }

    /// <summary>What is put from now on is of the next event.</summary>
    internal void BeginEvent() => _event++;

    /// <summary>Puts a value at a key; a later put of the same key wins.</summary>
    public async ValueTask PutAsync(string key, Cid value, CancellationToken cancellation)
    {
        Node node = _root;
        int at = 0;
        while (node.Next(key, at, out int index) is var step && step > 0)
        {
            at += step;
            node = node.Children[index] ?? await LoadAsync(node, index, cancellation);
        }

        if (node.Insert(key[at..], value, _event) is not { IsDefined: true } former)
            return;
        _former.Add((key, former));
        Recurs |= _former.Contains((key, value));
    }

    /// <summary>Encodes the shards that changed.</summary>
    public PailChange Commit()
    {
        var additions = new List<(Shard Shard, int Event)>();
        var removals = new List<Cid>();
        Cid root = Encode(additions, removals);
        IEnumerable<(Shard Shard, int Event)> order = _event == 0 ? additions : additions.OrderBy(static addition => addition.Event);
        return new PailChange(root, [.. order.Select(static addition => addition.Shard)], removals);
    }

    private async ValueTask<Node> LoadAsync(Node node, int index, CancellationToken cancellation)
    {
        Shard shard = await _shards.GetAsync(node.Entries[index].Link, cancellation);
        return node.Children[index] = new Node(shard);
    }

    // Children before parents, in the order of entries, without calls that nest as deep as keys are long.
    private Cid Encode(List<(Shard Shard, int Event)> additions, List<Cid> removals)
    {
        var open = new Stack<(Node Node, int Next)>();
        open.Push((_root, 0));
        Cid done = default;
        while (open.TryPop(out (Node Node, int Next) top))
        {
            (Node node, int next) = top;
            if (done.IsDefined)
            {
                node.Entries[next] = node.Entries[next] with { Link = done };
                done = default;
                next++;
            }

            while (next < node.Children.Count && node.Children[next] is null)
                next++;
            if (next < node.Children.Count)
            {
                open.Push((node, next));
                open.Push((node.Children[next]!, 0));
                continue;
            }

            done = node.Encode(additions, removals);
        }

        return done;
    }

    private sealed class Node
    {
        private readonly Shard? _base;
        private readonly string _prefix;
        private readonly long _maxKeySize;
        private bool _changed;
        private int _event;

        public Node(Shard shard)
        {
            _base = shard;
            (_prefix, _maxKeySize) = (shard.Prefix, shard.MaxKeySize);
            Entries = [.. shard.Entries];
            Children = [.. new Node?[Entries.Count]];
        }

        private Node(string prefix, long maxKeySize, int ofEvent)
        {
            (_prefix, _maxKeySize, _changed, _event) = (prefix, maxKeySize, true, ofEvent);
            Entries = [];
            Children = [];
        }

        /// <summary>Sorted by key. The link of an entry whose child is in memory is a placeholder until the child is encoded.</summary>
        public List<ShardEntry> Entries { get; }

        /// <summary>The child in memory of the entry with the same index, or null.</summary>
        public List<Node?> Children { get; }

        public int Next(string key, int at, out int index)
        {
            ReadOnlySpan<char> rest = key.AsSpan(at);
            for (index = 0; index < Entries.Count; index++)
            {
                ShardEntry entry = Entries[index];
                if (entry.IsLink && rest.Length > entry.Key.Length && rest.StartsWith(entry.Key, StringComparison.Ordinal))
                    return entry.Key.Length;
            }

            return -1;
        }

        /// <summary>Puts a value at the rest of a key, and tells the value that it had; not defined when it had none or the same.</summary>
        public Cid Insert(string rest, Cid value, int ofEvent)
        {
            for (int i = 0; i < Entries.Count; i++)
            {
                ShardEntry other = Entries[i];
                if (other.Key == rest)
                {
                    if (other.Value == value)
                        return default;
                    (_changed, _event) = (true, ofEvent);
                    Entries[i] = other with { Value = value };
                    return other.Value;
                }

                int common = PailTree.CommonPrefix(other.Key, rest);
                if (common == 0)
                    continue;
                Entries.RemoveAt(i);
                Children.RemoveAt(i);
                Branch(other, new ShardEntry(rest, value), common, ofEvent);
                return default;
            }

            Add(new ShardEntry(rest, value), null, ofEvent);
            return default;
        }

        public Cid Encode(List<(Shard Shard, int Event)> additions, List<Cid> removals)
        {
            // A child that was loaded and found unchanged gives its old link back, so only real changes cost an encoding.
            if (_base is not null && !_changed && CollectionsMarshal.AsSpan(Entries).SequenceEqual(_base.Entries))
                return _base.Cid;
            Shard shard = Shard.Create(_prefix, [.. Entries], _maxKeySize);
            if (_base is not null && shard.Cid == _base.Cid)
                return _base.Cid;
            additions.Add((shard, Event()));
            if (_base is not null)
                removals.Add(_base.Cid);
            return shard.Cid;
        }

        private void Branch(ShardEntry old, ShardEntry added, int common, int ofEvent)
        {
            string shared = added.Key[..common];
            var child = new Node(_prefix + shared, _maxKeySize, ofEvent);
            if (added.Key.Length > common)
                child.Add(added with { Key = added.Key[common..] }, null, ofEvent);
            if (old.Key.Length > common)
                child.Add(old with { Key = old.Key[common..] }, null, ofEvent);
            Cid onLink = old.Key.Length == common ? old.Value : added.Key.Length == common ? added.Value : default;
            for (int i = common - 1; i > 0; i--)
            {
                var parent = new Node(_prefix + shared[..i], _maxKeySize, ofEvent);
                parent.Add(new ShardEntry(shared[i].ToString(), onLink, Shard.Empty.Cid), child, ofEvent);
                (child, onLink) = (parent, default);
            }

            Add(new ShardEntry(shared[..1], onLink, Shard.Empty.Cid), child, ofEvent);
        }

        // The event that made this shard what it is: of its own entries, or of one below.
        private int Event()
        {
            foreach (Node? child in Children)
                _event = Math.Max(_event, child?._event ?? 0);
            return _event;
        }

        private void Add(ShardEntry entry, Node? child, int ofEvent)
        {
            int at = 0;
            while (at < Entries.Count && string.CompareOrdinal(Entries[at].Key, entry.Key) < 0)
                at++;
            Entries.Insert(at, entry);
            Children.Insert(at, child);
            (_changed, _event) = (true, ofEvent);
        }
    }
}
