namespace FireproofBench.Gateways.Http.Push;

/// <summary>One open subscription at the endpoint.</summary>
internal interface IPushChannel : IAsyncDisposable
{
    /// <summary>Waits for the next message, as UTF-8 JSON.</summary>
    /// <returns>Null when the endpoint ended the subscription in order.</returns>
    /// <exception cref="Engine.Ports.StorageException">The connection broke, or the subscription was refused.</exception>
    ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation);
}
