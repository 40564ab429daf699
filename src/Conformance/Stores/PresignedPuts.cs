using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;

namespace FireproofBench.Conformance.Stores;

/// <summary>Puts by a plain client, to addresses that a gateway signs.</summary>
/// <param name="presigner">The gateway.</param>
internal sealed class PresignedPuts(IPresigner presigner)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Puts.</summary>
    /// <exception cref="StorageException">Transient when no answer came; else as the gateway fails.</exception>
    public async Task<int> PutAsync(string key, byte[] body, string header, string value, CancellationToken cancellation)
    {
        PresignedRequest address = await presigner.PresignAsync(PresignedMethod.Put, key, s_lifetime, cancellation);
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
        using HttpRequestMessage request = new(HttpMethod.Put, address.Address) { Content = new ByteArrayContent(body) };
        foreach ((string name, string required) in address.Headers)
            _ = request.Headers.TryAddWithoutValidation(name, required);
        if (!request.Headers.TryAddWithoutValidation(header, value))
            _ = request.Content.Headers.TryAddWithoutValidation(header, value);
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(request, cancellation);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException failure)
        {
            // The address stays out of the message: whoever has it may use it.
            throw new StorageException(StorageErrorKind.Transient, "put", key, "the connection broke before the answer was there; repeat", failure);
        }
    }
}
