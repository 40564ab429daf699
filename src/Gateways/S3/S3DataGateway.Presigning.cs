using System.Collections.Immutable;
using Amazon.S3;
using Amazon.S3.Model;

namespace FireproofBench.Gateways.S3;

/// <content>Addresses by which others read and write past this gateway. They are made here; the store looks at them when they are used.</content>
public sealed partial class S3DataGateway : IPresigner
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    /// <remarks>The store takes no address that is good for more than seven days.</remarks>
    public async ValueTask<PresignedRequest> PresignAsync(PresignedMethod method, string key, TimeSpan lifetime, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, s_shortest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, s_longest);
        string name = NameOf(key, "presign");
        await PrepareAsync(cancellation);
        DateTimeOffset expires = _connection.Time.GetUtcNow() + lifetime;
        GetPreSignedUrlRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = name,
            Verb = method == PresignedMethod.Put ? HttpVerb.PUT : HttpVerb.GET,
            Expires = expires.UtcDateTime,
            Protocol = _options.Endpoint?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
        };
        string address = await _connection.CallAsync("presign", key, (client, token) => client.GetPreSignedURLAsync(request), cancellation);
        return new PresignedRequest(method, new Uri(address), ImmutableDictionary<string, string>.Empty, expires);
    }
}
