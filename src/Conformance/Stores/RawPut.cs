namespace FireproofBench.Conformance.Stores;

/// <summary>Puts an object as a plain client would, past the gateway.</summary>
/// <param name="key">The key.</param>
/// <param name="body">The content.</param>
/// <param name="header">A header to send with it.</param>
/// <param name="value">Its value.</param>
/// <param name="cancellation">Ends the call.</param>
/// <returns>The store's status.</returns>
internal delegate Task<int> RawPut(string key, byte[] body, string header, string value, CancellationToken cancellation);
