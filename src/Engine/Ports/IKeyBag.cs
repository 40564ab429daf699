namespace FireproofBench.Engine.Ports;

/// <summary>Where keys are kept: one small JSON item a key name. The item's format is the engine's (<c>KeyBagItem</c>).</summary>
public interface IKeyBag
{
    /// <summary>Reads the item of a key name, such as <c>@chat-data@</c>; null when the bag has none.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation);

    /// <summary>Replaces the item of a key name whole, readable by the owner only.</summary>
    ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation);
}
