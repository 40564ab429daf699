namespace FireproofBench.Conformance.Wire;

/// <summary>What becomes of a request on a wire.</summary>
/// <param name="request">The request.</param>
/// <param name="pass">Sends a request on to the store.</param>
/// <param name="cancellation">The sender gave up, or the wire was put away.</param>
/// <returns>What the sender is answered; what is thrown is what a broken connection throws.</returns>
internal delegate Task<HttpResponseMessage> WireFault(
    HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> pass, CancellationToken cancellation);
