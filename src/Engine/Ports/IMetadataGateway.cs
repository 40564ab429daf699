using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Ports;

/// <summary>The metadata connector: the set of entries (heads of the file history) of one database.</summary>
/// <remarks>Every failure is a <see cref="StorageException"/>. An outage is never an empty reading (MET-06). Safe for any number of callers at once.</remarks>
public interface IMetadataGateway : IAsyncDisposable
{
    /// <summary>What this provider can do.</summary>
    MetadataTraits Traits { get; }

    /// <summary>Reads all entries. A database that was never written has none, and that is no error.</summary>
    /// <exception cref="StorageException">Corrupt when what is stored cannot be read as entries: the message names the file.</exception>
    ValueTask<MetaReading> ReadAsync(CancellationToken cancellation);

    /// <summary>Adds an entry, durably, and only then drops the superseded ones (MET-02). An entry that is there already is not added again (MET-11).</summary>
    /// <param name="entry">The new entry. Its files are durable before the call: a CAR before the head that names it (MET-08).</param>
    /// <param name="superseded">The entries that this one replaces, as the engine knows from its clock. Entries that are not among them stay (MET-01).</param>
    /// <param name="cancellation">Ends the call; the entry may or may not be there then.</param>
    ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation);

    /// <summary>Yields once for every change that the provider tells of; several changes may be told as one. Never yields where there is no push.</summary>
    /// <param name="cancellation">Ends the stream.</param>
    IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation);
}
