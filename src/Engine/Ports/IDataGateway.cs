namespace FireproofBench.Engine.Ports;

/// <summary>
/// The data connector: objects by key. What the engine asks of a folder, bucket or endpoint.
/// </summary>
/// <remarks>
/// <para>Keys are segments joined by <c>/</c>: no empty segment, no <c>.</c> and <c>..</c>, no leading or trailing <c>/</c>. A provider stores a
/// key exactly, or refuses it as InvalidName; it must never store it under another name (NAM-01 to NAM-07).</para>
/// <para>Absence is a value (null, false), never an exception; an outage is an exception, never an absence (ERR-02). Every failure is a
/// <see cref="StorageException"/>. A cancelled call ends promptly and leaves nothing partial visible (INT-04).</para>
/// <para>Every member may be called at any time by any number of callers at once (CCY-07).</para>
/// </remarks>
public interface IDataGateway : IAsyncDisposable
{
    /// <summary>What this provider can do.</summary>
    DataTraits Traits { get; }

    /// <summary>Stores an object whole: no reader must ever see a part of it (CCY-01, CCY-02), and an acknowledged one must stay (DUR-01).</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The bytes. They do not change until the call has ended, in whatever way; then they may, so nothing that it began reads them any more, and a provider that keeps them copies them.</param>
    /// <param name="condition">What has to hold. Enforced, or refused as Unsupported; never ignored (CAS-01).</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The stored object's version; empty when the provider gives none.</returns>
    /// <exception cref="StorageException">
    /// PreconditionFailed when the condition does not hold; InvalidName when the key cannot be kept; Unsupported when the object is longer than the traits allow; else as
    /// the kind says.
    /// </exception>
    ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation);

    /// <summary>Stores an object whole from a source that is read piece by piece; all else as for bytes. Without an implementation of its own it is read into memory.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The source; opened once, or again when a part of the call is repeated.</param>
    /// <param name="condition">What has to hold.</param>
    /// <param name="cancellation">Ends the call; nothing partial stays visible (INT-04).</param>
    /// <returns>The stored object's version; empty when the provider gives none.</returns>
    /// <exception cref="StorageException">Permanent when the source has another length than it said.</exception>
    async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        await PutAsync(key, await content.ReadAsync(key, cancellation), condition, cancellation);

    /// <summary>Reads an object or a range of it. The length is checked against what the provider announced (INT-02).</summary>
    /// <param name="key">The key.</param>
    /// <param name="range">Null for all of it. A range that starts at or beyond the end gives no bytes, which is not absence; so does an object of no bytes (OBJ-02, OBJ-04).</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Null when there is no such object (OBJ-03).</returns>
    /// <exception cref="StorageException">Unsupported when more than <see cref="ObjectContent.MaxLength"/> bytes would have to be read at once.</exception>
    ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation);

    /// <summary>Asks for an object's length and version.</summary>
    /// <returns>Null when there is no such object (OBJ-03).</returns>
    ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation);

    /// <summary>Removes an object, and nothing else (OBJ-07).</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">Null, or the version that must be there: else PreconditionFailed. Enforced or refused as Unsupported (CAS-07).</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>False when there was no such object, where the provider can tell (OBJ-06).</returns>
    ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation);

    /// <summary>Lists one page of the keys that start with a prefix (LST-01 to LST-06).</summary>
    /// <param name="prefix">Compared byte by byte, not by segment; empty for all.</param>
    /// <param name="after">Null for the first page; else the former page's <see cref="ListPage.After"/>, or any key, which is itself left out (LST-04).</param>
    /// <param name="limit">How many at the most, at least 1.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation);
}
