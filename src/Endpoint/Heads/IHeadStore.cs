using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads;

/// <summary>Where the heads of all databases of an endpoint are. Several endpoints may share one.</summary>
/// <remarks>
/// Every failure is a <see cref="StorageException"/>. What is acknowledged survives the death of the process, and is seen by every reading that begins after.
/// The result does not depend on the order in which publications arrive: an entry that was superseded, even before it came, does not become a head.
/// </remarks>
public interface IHeadStore : IAsyncDisposable
{
    /// <summary>What it is, in one or two words for people.</summary>
    string Provider { get; }

    /// <summary>Makes what an empty store needs. Called once, before all else.</summary>
    /// <exception cref="StorageException">The store cannot be used; the message says what to do.</exception>
    ValueTask StartAsync(CancellationToken cancellation);

    /// <summary>Asks whether the store answers now.</summary>
    ValueTask CheckAsync(CancellationToken cancellation);

    /// <summary>Reads all heads. A database that was never written has none. The same instance as before when nothing changed.</summary>
    ValueTask<HeadState> ReadAsync(string database, CancellationToken cancellation);

    /// <summary>Reads what changed since a moment.</summary>
    /// <returns>Null when that moment is too long ago, or not one of this store: then read all.</returns>
    ValueTask<HeadDelta?> ReadSinceAsync(string database, HeadCursor since, CancellationToken cancellation);

    /// <summary>Adds an entry and removes exactly the named ones, all or nothing. Doing it again changes nothing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="superseded">What it replaces; its own id among them is not looked at.</param>
    /// <param name="maxHeads">Most heads that may be there afterwards.</param>
    /// <param name="cancellation">Ends the wait; the publication may or may not happen then.</param>
    /// <returns>The moment after it.</returns>
    /// <exception cref="StorageException">NoSpace when there would be more heads than may be.</exception>
    ValueTask<HeadCursor> PublishAsync(string database, MetaEntry entry, IReadOnlyCollection<Cid> superseded, int maxHeads, CancellationToken cancellation);

    /// <summary>Removes all heads, and forgets what was superseded: a new database may begin under the name.</summary>
    ValueTask ClearAsync(string database, CancellationToken cancellation);

    /// <summary>Yields names of databases that somebody else may have changed; null when it may be any of them. Without it changes of others are found when somebody reads.</summary>
    IAsyncEnumerable<string?> WatchAsync(CancellationToken cancellation);
}
