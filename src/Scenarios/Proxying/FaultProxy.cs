using System.Collections.Immutable;
using System.Net;
using FireproofBench.Scenarios.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>A proxy before a real store that does to requests what networks, caches and wrong stores do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly ForwarderRequestConfig s_forwarding = new() { ActivityTimeout = TimeSpan.FromMinutes(2) };
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client;
    private readonly Tap _tap;
    private readonly Uri _listen;

    private FaultProxy(WebApplication app, HttpMessageInvoker client, Tap tap, Uri listen)
    {
        _app = app;
        _client = client;
        _tap = tap;
        _listen = listen;
    }

    /// <summary>Requests that came.</summary>
    public long Requests => _tap.Requests;

    /// <summary>Puts a proxy together. Nothing listens yet.</summary>
    /// <param name="store">The server of the store: scheme, host and port.</param>
    /// <param name="listen">Where to listen; port 0 takes a free one.</param>
    /// <param name="faults">What becomes of requests; the first one sees them first.</param>
    public static FaultProxy Create(Uri store, Uri listen, ImmutableArray<WireFault> faults)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "fireproofbench" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? address) ? address : IPAddress.Loopback, listen.Port, static at => at.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddHttpForwarder();
        WebApplication app = builder.Build();
        Tap tap = new(faults, new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });
        HttpMessageInvoker client = new(tap);
        RawTarget target = new();
        string prefix = store.GetLeftPart(UriPartial.Authority);
        IHttpForwarder forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        app.Run(async context =>
        {
            // What broke between proxy and store breaks between client and proxy; an answer in its place would be another fault.
            if (await forwarder.SendAsync(context, prefix, client, s_forwarding, target) is not ForwarderError.None)
                context.Abort();
        });
        return new FaultProxy(app, client, tap, listen);
    }

    /// <summary>Listens.</summary>
    /// <returns>The address, with the port that was taken.</returns>
    /// <exception cref="UsageException">The port is taken.</exception>
    public async Task<Uri> StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (IOException failure)
        {
            throw new UsageException($"proxy cannot listen on {_listen}: {failure.Message}");
        }

        return new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Ends what is under way, and listens no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private sealed class Tap : DelegatingHandler
    {
        private readonly Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> _way;
        private long _requests;

        public Tap(ImmutableArray<WireFault> faults, HttpMessageHandler connections)
            : base(connections)
        {
            Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> way = base.SendAsync;
            foreach (WireFault fault in faults.Reverse())
            {
                Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> onwards = way;
                way = (request, cancellation) => fault(request, onwards, cancellation);
            }

            _way = way;
        }

        public long Requests => Volatile.Read(ref _requests);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _ = Interlocked.Increment(ref _requests);
            HttpResponseMessage answer = await _way(request, cancellationToken);

            // A length that a content only computes is no header yet, and would not be sent on.
            answer.Content.Headers.ContentLength = answer.Content.Headers.ContentLength;
            return answer;
        }
    }
}
