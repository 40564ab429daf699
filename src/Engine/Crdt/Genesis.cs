using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Crdt;

/// <summary>The first write of every database, always the same, so that databases which began apart share an ancestor.</summary>
public static class Genesis
{
    /// <summary>The key of the first write. It is never shown among documents and changes.</summary>
    public const string Key = "baembeiarootfireproofgenesisblockaaaafireproofgenesisblocka";

    /// <summary>The event that every history starts with.</summary>
    public static Cid Event { get; } = Cid.Parse("bafyreiblui55o25dopc5faol3umsnuohb5carto7tot4kicnkfc37he4h4");
}
