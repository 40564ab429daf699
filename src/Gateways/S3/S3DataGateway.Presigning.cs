using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <content>Addresses by which others read or write one object: Signature Version 4 in the query, as in the S3 API reference, "Authenticating Requests: Using Query Parameters".</content>
public sealed partial class S3DataGateway : IPresigner
{
    /// <summary>The longest life of an address that the protocol knows: 7 days. A longer one is cut to it, as the request's end tells.</summary>
    public static readonly TimeSpan MaxPresignedLifetime = TimeSpan.FromDays(7);

    /// <summary>Makes an address, for the host and in the style that the gateway itself uses. No header but the host is signed, and of the body nothing.</summary>
    /// <param name="method">What it allows.</param>
    /// <param name="key">The object.</param>
    /// <param name="lifetime">How long it is good, at least a second; by the gateway's clock, in whole seconds. Credentials that end sooner end it too.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">InvalidName for the key; NotAuthorized when there are no credentials; as the store fails when a missing bucket is to be made.</exception>
    public async ValueTask<PresignedRequest> PresignAsync(PresignedMethod method, string key, TimeSpan lifetime, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));
        string name = NameOf(key, "presign");
        await PrepareAsync(cancellation);
        try
        {
            ImmutableCredentials credentials = await _connection.CredentialsAsync();
            return Presign(method, name, lifetime < MaxPresignedLifetime ? lifetime : MaxPresignedLifetime, credentials);
        }
        catch (AmazonClientException failure)
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "presign", key);
        }
    }

    // The client's own way reads the system's clock. Its signer takes the moment, and its endpoint rules say where a bucket is.
    private PresignedRequest Presign(PresignedMethod method, string name, TimeSpan lifetime, ImmutableCredentials credentials)
    {
        Uri bucket = new(_connection.Client.DetermineServiceOperationEndpoint(new GetObjectRequest { BucketName = _options.Bucket, Key = name }).URL);
        string path = $"{bucket.AbsolutePath.TrimEnd('/')}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";
        DateTimeOffset now = _connection.Time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        int seconds = (int)lifetime.TotalSeconds;
        string region = _connection.Region;

        // Sorted by name, as the signature wants them.
        StringBuilder query = new();
        query.Append(CultureInfo.InvariantCulture, $"X-Amz-Algorithm=AWS4-HMAC-SHA256");
        query.Append(CultureInfo.InvariantCulture, $"&X-Amz-Credential={Uri.EscapeDataString($"{credentials.AccessKey}/{now:yyyyMMdd}/{region}/s3/aws4_request")}");
        query.Append(CultureInfo.InvariantCulture, $"&X-Amz-Date={now:yyyyMMdd'T'HHmmss'Z'}&X-Amz-Expires={seconds}");
        if (credentials.UseToken)
            query.Append(CultureInfo.InvariantCulture, $"&X-Amz-Security-Token={Uri.EscapeDataString(credentials.Token)}");
        query.Append("&X-Amz-SignedHeaders=host");
        string verb = method == PresignedMethod.Put ? "PUT" : "GET";
        string canonical = $"{verb}\n{path}\n{query}\nhost:{bucket.Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        string signature = AWS4Signer.ComputeSignature(credentials, region, now.UtcDateTime, "s3", "host", canonical).Signature;
        Uri address = new($"{bucket.Scheme}://{bucket.Authority}{path}?{query}&X-Amz-Signature={signature}");
        return new PresignedRequest(method, address, ImmutableDictionary<string, string>.Empty, now.AddSeconds(seconds));
    }
}
