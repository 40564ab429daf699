using System.Collections.Concurrent;
using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>An endpoint on Kestrel, on a free port of the loopback. A test that makes it answer what its document does not know fails at the end.</summary>
internal sealed class EndpointServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    // What was answered, by the names of routes, and is not in the OpenAPI document.
    private readonly ConcurrentDictionary<(string Route, int Status), bool> _undocumented = new();
    private WebApplication? _app;

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public IServiceProvider Services => _app!.Services;

    public string Folder => _folder.Path;

    public string HeadsFile => Path.Combine(_folder.Path, "heads.sqlite");

    public static GatewayOptions Client { get; } = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };

    /// <summary>Starts one: objects in memory and heads in an SQLite file, unless told otherwise.</summary>
    public static async Task<EndpointServer> StartAsync(Action<EndpointOptions>? configure = null, int port = 0, Action<IServiceCollection>? services = null, string prefix = "")
    {
        EndpointServer server = new();
        try
        {
            await server.OpenAsync(configure, port, services, prefix);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one at the port of another that ended. Whoever got that port meanwhile gives it back soon.</summary>
    public static async Task<EndpointServer> RestartAsync(int port, Action<EndpointOptions> configure, Action<IServiceCollection>? services = null, string prefix = "")
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(configure, port, services, prefix);
            }
            catch (IOException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    public static GatewayOptions ClientWith(string token) => Client with { Token = new Secret(token) };

    /// <summary>Stops as Ctrl-C does.</summary>
    public Task StopAsync() => _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _folder.Dispose();
        Assert.Empty(_undocumented.Keys);
    }

    private async Task OpenAsync(Action<EndpointOptions>? configure, int port, Action<IServiceCollection>? services, string prefix)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
        });
        builder.Services.AddRoutingCore();
        services?.Invoke(builder.Services);
        builder.Services.AddFireproofEndpoint(options =>
        {
            options.Data = static _ => new MemoryDataGateway(TimeProvider.System);
            options.Heads = _ => new SqliteHeadStore(HeadsFile, TimeProvider.System);
            configure?.Invoke(options);
        });
        _app = builder.Build();
        _app.Use(async (http, next) =>
        {
            await next(http);
            if (http.GetEndpoint() is RouteEndpoint { Metadata: var metadata } && metadata.GetMetadata<IEndpointNameMetadata>() is { EndpointName: var name })
            {
                // A caller that is gone gets no status.
                if (http.Response.StatusCode != StatusCodes.Status499ClientClosedRequest && !OpenApi.Operations[name].Statuses.Contains(http.Response.StatusCode))
                    _undocumented[(name, http.Response.StatusCode)] = true;
            }
        });
        _app.UseRouting();
        _app.UseWebSockets();
        _app.MapFireproof(prefix);
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}
