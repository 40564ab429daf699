using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>One entry of a shard: a key, relative to the shard's prefix, with a value, a link to a child shard, or both.</summary>
/// <param name="Key">The rest of the key behind the shard's prefix. One character where there is a link.</param>
/// <param name="Value">The value; not defined when the entry only links.</param>
/// <param name="Link">The child shard of all keys that go on behind this one; not defined when the entry is a plain value.</param>
public readonly record struct ShardEntry(string Key, Cid Value, Cid Link = default)
{
    /// <summary>Whether a child shard hangs below this entry.</summary>
    public bool IsLink => Link.IsDefined;
}
