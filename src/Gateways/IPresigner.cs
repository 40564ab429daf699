namespace FireproofBench.Gateways;

/// <summary>
/// What a data gateway can offer beside the port: addresses by which somebody without its credentials reads or writes one object for a short time, past
/// whoever asked for the address. Asked for with <c>gateway is IPresigner</c>.
/// </summary>
public interface IPresigner
{
    /// <summary>Makes an address.</summary>
    /// <param name="method">What it allows.</param>
    /// <param name="key">The object.</param>
    /// <param name="lifetime">How long it is good, at least a second.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="Engine.Ports.StorageException">InvalidName for the key; else as the provider fails.</exception>
    ValueTask<PresignedRequest> PresignAsync(PresignedMethod method, string key, TimeSpan lifetime, CancellationToken cancellation);
}
