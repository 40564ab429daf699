using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>
/// Many puts into one pail: shards are changed in memory and encoded once, at the end. The root is the same as after single puts.
/// </summary>
/// <remarks>
/// The puts of several events that follow one another can be one batch too (<see cref="BeginEvent"/>). The shards that their states have in common with the last
/// one then come in the order in which they would have been made event by event, so that the files of a merge are the reference engine's, byte by byte. As long as
/// nothing is removed the keys and values below a shard say all of it: it was made when the last of them got the value that it has in the end, or before, at the first
/// moment at which all of them had it.
/// </remarks>
public sealed class PailBatch
{
    private readonly IShardSource _shards;
    private readonly Node _root;
    private readonly Dictionary<string, ValueHistory> _histories = new(StringComparer.Ordinal);
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

        if (!node.Insert(key[at..], value, _event, out Cid former) || _event == 0)
            return;
        if (!_histories.TryGetValue(key, out ValueHistory? history))
            _histories[key] = history = new ValueHistory(former);
        history.Add(_event, value);
    }

    /// <summary>Encodes the shards that changed.</summary>
    public PailChange Commit()
    {
        var made = new Made([], [], []);
        NoteHistories();
        Cid root = Encode(made);
        IEnumerable<(Shard Shard, int Event)> order = _event == 0 ? made.Additions : made.Additions.OrderBy(static addition => addition.Event);
        return new PailChange(root, [.. order.Select(static addition => addition.Shard)], made.Removals) { Recurring = made.Recurring };
    }

    // Tells the shards on the way to each key when the key had the value that it has now.
    private void NoteHistories()
    {
        foreach ((string key, ValueHistory history) in _histories)
        {
            if (!history.HasChanged)
                continue;
            Node? node = _root;
            for (int at = 0; node is not null;)
            {
                node.Note(history);
                int step = node.Next(key, at, out int index);
                node = step > 0 ? node.Children[index] : null;
                at += step;
            }
        }
    }

    private async ValueTask<Node> LoadAsync(Node node, int index, CancellationToken cancellation)
    {
        Shard shard = await _shards.GetAsync(node.Entries[index].Link, cancellation);
        return node.Children[index] = new Node(shard);
    }

    // Children before parents, in the order of entries, without calls that nest as deep as keys are long.
    private Cid Encode(Made made)
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

            done = node.Encode(made);
        }

        return done;
    }

    private sealed record Made(List<(Shard Shard, int Event)> Additions, List<Cid> Removals, List<Shard> Recurring);

    private sealed class Node
    {
        private readonly Shard? _base;
        private readonly string _prefix;
        private readonly long _maxKeySize;
        private readonly int _event;
        private readonly List<ValueHistory> _histories = [];

        public Node(Shard shard)
        {
            _base = shard;
            (_prefix, _maxKeySize) = (shard.Prefix, shard.MaxKeySize);
            Entries = [.. shard.Entries];
            Children = [.. new Node?[Entries.Count]];
        }

        private Node(string prefix, long maxKeySize, int ofEvent)
        {
            (_prefix, _maxKeySize, _event) = (prefix, maxKeySize, ofEvent);
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

        /// <summary>A key below it changed.</summary>
        public void Note(ValueHistory history) => _histories.Add(history);

        /// <summary>Puts a value at the rest of a key, and tells the value that it had; not defined when it had none.</summary>
        /// <returns>Whether it is another one now.</returns>
        public bool Insert(string rest, Cid value, int ofEvent, out Cid former)
        {
            former = default;
            for (int i = 0; i < Entries.Count; i++)
            {
                ShardEntry other = Entries[i];
                if (other.Key == rest)
                {
                    former = other.Value;
                    if (former == value)
                        return false;
                    Entries[i] = other with { Value = value };
                    return true;
                }

                int common = PailTree.CommonPrefix(other.Key, rest);
                if (common == 0)
                    continue;
                Entries.RemoveAt(i);
                Children.RemoveAt(i);
                Branch(other, new ShardEntry(rest, value), common, ofEvent);
                return true;
            }

            Add(new ShardEntry(rest, value), null);
            return true;
        }

        public Cid Encode(Made made)
        {
            // A child that was loaded and found unchanged gives its old link back, so only real changes cost an encoding.
            if (_base is not null && CollectionsMarshal.AsSpan(Entries).SequenceEqual(_base.Entries))
            {
                if (_histories.Count > 0)
                    made.Recurring.Add(_base);
                return _base.Cid;
            }

            Shard shard = Shard.Create(_prefix, [.. Entries], _maxKeySize);
            made.Additions.Add((shard, ValueHistory.FirstWhole(_histories, _event)));
            if (_base is not null)
                made.Removals.Add(_base.Cid);
            return shard.Cid;
        }

        private void Branch(ShardEntry old, ShardEntry added, int common, int ofEvent)
        {
            string shared = added.Key[..common];
            var child = new Node(_prefix + shared, _maxKeySize, ofEvent);
            if (added.Key.Length > common)
                child.Add(added with { Key = added.Key[common..] }, null);
            if (old.Key.Length > common)
                child.Add(old with { Key = old.Key[common..] }, null);
            Cid onLink = old.Key.Length == common ? old.Value : added.Key.Length == common ? added.Value : default;
            for (int i = common - 1; i > 0; i--)
            {
                var parent = new Node(_prefix + shared[..i], _maxKeySize, ofEvent);
                parent.Add(new ShardEntry(shared[i].ToString(), onLink, Shard.Empty.Cid), child);
                (child, onLink) = (parent, default);
            }

            Add(new ShardEntry(shared[..1], onLink, Shard.Empty.Cid), child);
        }

        private void Add(ShardEntry entry, Node? child)
        {
            int at = 0;
            while (at < Entries.Count && string.CompareOrdinal(Entries[at].Key, entry.Key) < 0)
                at++;
            Entries.Insert(at, entry);
            Children.Insert(at, child);
        }
    }
}
