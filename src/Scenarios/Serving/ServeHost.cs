using System.Collections;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Scenarios.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FireproofBench.Scenarios.Serving;

/// <summary>An endpoint as a server of its own: Kestrel, nothing of a web application that it does not need.</summary>
internal sealed class ServeHost : IAsyncDisposable
{
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(30);
    private readonly WebApplication _app;
    private readonly Uri _listen;

    private ServeHost(WebApplication app, Uri listen)
    {
        _app = app;
        _listen = listen;
    }

    /// <summary>Puts an endpoint together. Nothing listens yet.</summary>
    /// <exception cref="UsageException">The settings cannot be served.</exception>
    public static ServeHost Create(ServeSettings settings)
    {
        RequireCredentialsForOthers(settings);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "fireproofbench" });
        AddLogs(builder.Logging, settings);
        AddTraces(builder);
        X509Certificate2? certificate = CertificateOf(settings);
        builder.WebHost.UseKestrelCore();

        // Answers are short and are made where the request was read: another thread between would cost more than it does.
        builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings, certificate));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = s_drain);
        builder.Services.AddFireproofEndpoint(endpoint => Configure(endpoint, settings));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.MapFireproof();
        return new ServeHost(app, settings.Listen);
    }

    /// <summary>Opens the stores and listens.</summary>
    /// <returns>The address, with the port that was taken.</returns>
    /// <exception cref="UsageException">A store cannot be opened, or the port is taken.</exception>
    public async Task<Uri> StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (StorageException failure)
        {
            throw new UsageException($"serve cannot start: {failure.Message}");
        }
        catch (IOException failure)
        {
            throw new UsageException($"serve cannot listen on {_listen}: {failure.Message}");
        }

        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address);
    }

    /// <summary>Ends what is under way, and then listens no more.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void RequireCredentialsForOthers(ServeSettings settings)
    {
        bool isNear = settings.Listen.Host == "localhost" || (IPAddress.TryParse(settings.Listen.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
        // The cloud protocol has its own credentials in each message; what else the endpoint serves is for this machine only then.
        if (!isNear && settings.Trust is null && settings.Policy is null && settings.Cloud is null)
        {
            throw new UsageException(
                $"--listen {settings.Listen} would serve other machines, and everybody there could do everything: give --trust, --policy or --cloud, or listen on 127.0.0.1.");
        }
    }

    private static void Configure(EndpointOptions endpoint, ServeSettings settings)
    {
        // Whatever cannot be opened is told now, and not with the first request.
        IDataGateway data = OpenData(settings.Data);
        FireproofBench.Endpoint.Heads.IHeadStore heads = HeadStores.Open(settings.Meta);
        endpoint.Data = _ => data;
        endpoint.Heads = _ => heads;
        endpoint.MaxObjectLength = settings.MaxObjectLength ?? endpoint.MaxObjectLength;
        endpoint.RatePerSecond = settings.RatePerSecond;
        endpoint.RateBurst = settings.RateBurst ?? endpoint.RateBurst;
        IEnumerable<string> origins = settings.Origins;
        if (settings.Policy is { } path)
        {
            PolicyFile policy = Load("--policy", path, static file => PolicyFile.Read(file, KeyClient(), TimeProvider.System));
            endpoint.Tokens = policy.Tokens;
            endpoint.Policy = policy.Policy;
            origins = origins.Concat(policy.Origins);
        }

        if (settings.Trust is { } trust)
        {
            if (endpoint.Tokens?.Keys is not null)
                throw new UsageException("--trust and the keys of --policy exclude each other: name the keys in one place.");
            KeySource keys = Load("--trust", trust, static file => KeySource.FromJson(File.ReadAllText(file)));
            endpoint.Tokens = (endpoint.Tokens ?? new TokenOptions()) with { Keys = keys };
        }

        if (settings.Cloud is { } cloud)
        {
            endpoint.Cloud = new CloudOptions
            {
                Keys = Load("--cloud", cloud, static file => CloudKeys.Read(File.ReadAllText(file))),
                OffersSocket = !settings.CloudSendsRequests,
                DiscardsForbiddenWrites = !settings.CloudRefusesWrites,
                PublicAddress = settings.PublicAddress,
            };
        }
        else if (settings.CloudSendsRequests || settings.CloudRefusesWrites || settings.PublicAddress is not null)
        {
            throw new UsageException("--cloud-requests, --cloud-refuses and --public say something only with --cloud FILE.");
        }

        foreach (string origin in origins)
            endpoint.AllowedOrigins.Add(origin.TrimEnd('/'));
    }

    private static IDataGateway OpenData(string url)
    {
        try
        {
            GatewayUrl place = GatewayUrl.Parse(url);
            if (place.Scheme == GatewayScheme.FpCloud)
                throw new UsageException("--data: an endpoint of the cloud protocol is no store of objects.");
            return place.OpenData(new GatewayOptions { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, WebDav = WebDavCredentials.Read(), Token = AccessToken.Read(null) });
        }
        catch (StorageException failure)
        {
            throw new UsageException($"--data: {failure.Message}");
        }
    }

    private static T Load<T>(string option, string path, Func<string, T> load)
    {
        try
        {
            return load(path);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"{option}: '{path}': {wrong.Message}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option}: '{path}' cannot be read: {failure.Message}");
        }
    }

    private static HttpClient KeyClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(10) };

    private static void Configure(KestrelServerOptions kestrel, ServeSettings settings, X509Certificate2? certificate)
    {
        kestrel.AddServerHeader = false;

        // The endpoint sets the limit of each request itself.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = settings.MaxHeaderLength ?? kestrel.Limits.MaxRequestHeadersTotalSize;
        if (settings.MinRate is { } rate)
        {
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(rate, TimeSpan.FromSeconds(5));
            kestrel.Limits.MinResponseDataRate = new MinDataRate(rate, TimeSpan.FromSeconds(5));
        }

        Action<ListenOptions> secure = listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        };
        if (settings.Listen.Host == "localhost" && settings.Listen.Port != 0)
            kestrel.ListenLocalhost(settings.Listen.Port, secure);
        else
            kestrel.Listen(settings.Listen.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(settings.Listen.Host.Trim('[', ']')), settings.Listen.Port, secure);
    }

    private static X509Certificate2? CertificateOf(ServeSettings settings)
    {
        if (settings.Listen.Scheme == Uri.UriSchemeHttp)
            return settings.Certificate is null ? null : throw new UsageException("--certificate is for https: listen on https://…");
        if (settings.Certificate is not { } file)
            throw new UsageException("--listen https://… needs --certificate FILE (PEM).");
        try
        {
            return X509Certificate2.CreateFromPemFile(file, settings.CertificateKey);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--certificate: '{file}' cannot be used: {failure.Message}");
        }
    }

    private static void AddLogs(ILoggingBuilder logs, ServeSettings settings)
    {
        logs.SetMinimumLevel(LogLevel.Information);
        logs.AddFilter("Microsoft", LogLevel.Warning);
        logs.AddFilter("Npgsql", LogLevel.Warning);

        // What keeps it from starting is told in one sentence of our own.
        logs.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logs.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (settings.LogsAreForMachines)
            logs.AddJsonConsole(static json => (json.UseUtcTimestamp, json.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            logs.AddSimpleConsole(static simple => simple.SingleLine = true);
    }

    // By the standard variables, and only when one says where to.
    private static void AddTraces(WebApplicationBuilder builder)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is null && Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is null)
            return;

        // The exporter reads the host's configuration, and this host has none of the environment's but these.
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(static variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
            .Select(static variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService(Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") ?? "fireproof-endpoint"))

            // The server's own activity is around each of ours: as long as nobody listens to it, it is not sampled, and neither is what is in it.
            .WithTracing(static traces => traces.AddSource("Microsoft.AspNetCore", EndpointRoutes.TraceSource).AddOtlpExporter());
    }
}
