using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.S3.Util;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.S3;

/// <summary>A client for one bucket: gives each request its deadline, and every failure of it the port's form. It never repeats a request.</summary>
internal sealed class S3Connection : IDisposable
{
    // What a second has to carry at the least, in bytes.
    private const double LeastPace = 100_000;

    private readonly TimeSpan _timeout;
    private readonly AWSCredentials? _credentials;
    private readonly HttpClient _http;
    private readonly ServerWatch _watch;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="options">Which store.</param>
    /// <param name="gateway">The clock, and what the connections go through.</param>
    /// <param name="reusesSockets">Whether a connection serves several requests.</param>
    /// <exception cref="StorageException">NotAuthorized when neither an endpoint nor a region is given, nor found in the standard chain; when there is no such profile.</exception>
    public S3Connection(S3Options options, GatewayOptions gateway, bool reusesSockets = true)
    {
        Time = gateway.Time;
        Place = new S3Place(options.Endpoint?.GetLeftPart(UriPartial.Authority) ?? "Amazon S3", options.Bucket, gateway.Time);
        _timeout = options.Timeout;
        _credentials = options.Credentials ?? (options.Profile is { } profile ? CredentialsOf(profile) : null);
        SocketsHttpHandler sockets = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = reusesSockets ? TimeSpan.FromMinutes(15) : TimeSpan.Zero,
            ConnectCallback = options.Connect,
        };
        _http = new HttpClient(_watch = new ServerWatch(gateway.Wire is { } wire ? wire(sockets) : sockets))
        {
            // Each call has a deadline of its own.
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        try
        {
            AmazonS3Config config = ConfigOf(options, _http);
            Client = _credentials is { } given ? new AmazonS3Client(given, config) : new AmazonS3Client(config);
        }
        catch (AmazonClientException failure)
        {
            _http.Dispose();
            throw S3Failures.ToStorage(failure, Place, "open", "");
        }
    }

    /// <summary>The client.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>What messages may say of the store.</summary>
    public S3Place Place { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Whether the store, as far as it has answered, is one whose listings may lag behind acknowledged writes.</summary>
    public bool ListsMayLag => _watch.IsSwift;

    /// <summary>The region that requests are signed for.</summary>
    public string Region => Client.Config.AuthenticationRegion ?? Client.Config.RegionEndpoint?.SystemName ?? "us-east-1";

    /// <summary>The credentials as they are now: given ones, or what the standard chain finds.</summary>
    /// <exception cref="AmazonClientException">There are none.</exception>
    public async ValueTask<ImmutableCredentials> CredentialsAsync() =>
        await (_credentials ?? await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(Client.Config)).GetCredentialsAsync();

    /// <summary>Makes a call. Failures come as they are, so that the caller can look at them before they are mapped.</summary>
    /// <param name="call">The request, with the token that ends it.</param>
    /// <param name="length">How many bytes it carries.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled; with another token, the deadline passed.</exception>
    public async ValueTask<T> RawAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> call, long length, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource deadline = new(_timeout + TimeSpan.FromSeconds(length / LeastPace), Time);
        using CancellationTokenRegistration link = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
        try
        {
            return await call(Client, deadline.Token);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>Makes a call, with its failures mapped.</summary>
    public async ValueTask<T> CallAsync<T>(
        string operation, string key, Func<AmazonS3Client, CancellationToken, Task<T>> call, CancellationToken cancellation, long length = 0)
    {
        try
        {
            return await RawAsync(call, length, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            throw S3Failures.ToStorage(failure, Place, operation, key);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
        _watch.Dispose();
    }

    private static AWSCredentials CredentialsOf(string profile) => new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out AWSCredentials credentials)
        ? credentials
        : throw new StorageException(
            StorageErrorKind.NotAuthorized,
            "open",
            "",
            $"the AWS files hold no credentials for the profile '{ObjectKey.Printable(profile)}': look into ~/.aws/credentials, or where AWS_SHARED_CREDENTIALS_FILE points");

    private static AmazonS3Config ConfigOf(S3Options options, HttpClient http)
    {
        AmazonS3Config config = new()
        {
            ForcePathStyle = options.PathStyle,
            HttpClientFactory = new OneHttpClient(http),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,

            // Who repeats a call has to know what it does: the retry wrapper does, the client does not.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            DisableClockSkewCorrection = true,
            ThrottleRetries = false,
            AllowAutoRedirect = false,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config;
    }

    private sealed class OneHttpClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }

    // Swift updates its listings after it has acknowledged, and names itself in every answer. And the client follows a temporary redirect, whatever it is told, as if it
    // led to Amazon: where it does not, the target is kept from it.
    private sealed class ServerWatch(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private volatile bool _isSwift;

        public bool IsSwift => _isSwift;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (!_isSwift && response.Headers.Contains("X-Openstack-Request-Id"))
                _isSwift = true;
            if (response.StatusCode == HttpStatusCode.TemporaryRedirect && response.Headers.Location is { } target && !(target.IsAbsoluteUri && AmazonS3Uri.IsAmazonS3Endpoint(target)))
            {
                response.Headers.Location = null;
                _ = response.Headers.TryAddWithoutValidation(S3Failures.LocationKept, target.OriginalString);
            }

            return response;
        }
    }
}
