using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Ports;

/// <summary>One entry of the metadata endpoint: an event that says which group of CAR files a commit wrote. Not a head of the document clock.</summary>
/// <param name="Cid">The content id of <paramref name="Data"/>, a DAG-CBOR event block.</param>
/// <param name="Parents">The entries that this one follows, in the writer's order.</param>
/// <param name="Data">The bytes of the event block; what is in it is the engine's concern.</param>
public sealed record MetaEntry(Cid Cid, ImmutableArray<Cid> Parents, ReadOnlyMemory<byte> Data)
{
    /// <summary>
    /// Keys that stand in the clear beside the entry; none unless a device was told to publish them. Not part of <see cref="Data"/>, and so not of the content id:
    /// a gateway that cannot keep them says so in its traits.
    /// </summary>
    public ImmutableArray<PublishedKey> Keys { get; init; } = [];
}
