namespace FireproofBench.Engine.Ports;

/// <summary>Where keys are kept: one small JSON item a key name. The item's format is the engine's (<c>KeyBagItem</c>).</summary>
public interface IKeyBag
{
    /// <summary>Reads the item of a key name, such as <c>@chat-data@</c>; null when the bag has none. The bytes are the caller's, who erases them.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation);

    /// <summary>Replaces the item of a key name whole, readable by the owner only.</summary>
    ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation);

    /// <summary>Replaces the item of a key name whole, when it still is what it was: no writer of this bag overwrites another's keys.</summary>
    /// <param name="keyName">The key name.</param>
    /// <param name="item">The new item.</param>
    /// <param name="expected">The item as it was read; null when there was none.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>False when the item is another one meanwhile: nothing was written, read again.</returns>
    ValueTask<bool> TryReplaceAsync(string keyName, ReadOnlyMemory<byte> item, ReadOnlyMemory<byte>? expected, CancellationToken cancellation);
}
