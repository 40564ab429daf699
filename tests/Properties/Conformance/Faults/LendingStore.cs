using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A store in memory that lends objects by signed addresses, which a small server of its own answers. What they bind can be bent.</summary>
internal sealed class LendingStore() : DataGatewayWrapper(new MemoryDataGateway(TimeProvider.System)), IPresigner
{
    private static readonly byte[] s_key = "a key of the tests, and of nobody"u8.ToArray();
    private readonly Lock _gate = new();
    private Task<WebApplication>? _server;

    public bool BindsMethod { get; init; } = true;

    public bool BindsKey { get; init; } = true;

    public bool Ends { get; init; } = true;

    public async ValueTask<PresignedRequest> PresignAsync(PresignedMethod method, string key, TimeSpan lifetime, CancellationToken cancellation)
    {
        Task<WebApplication> starting;
        lock (_gate)
            starting = _server ??= StartAsync();
        string server = (await starting).Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string expires = ((int)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string date = now.UtcTicks.ToString(CultureInfo.InvariantCulture);
        string signature = Sign(method.ToString(), key, date, expires);
        return new PresignedRequest(
            method, new Uri($"{server}/{key}?Date={date}&Expires={expires}&Signature={signature}"), ImmutableDictionary<string, string>.Empty, now + lifetime);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await (await _server).DisposeAsync();
        await base.DisposeAsync();
    }

    private string Sign(string method, string key, string date, string expires) => Convert.ToHexStringLower(HMACSHA256.HashData(
        s_key, Encoding.UTF8.GetBytes($"{(BindsMethod ? method.ToUpperInvariant() : "")}\n{(BindsKey ? key : "")}\n{date}\n{expires}")));

    private async Task<WebApplication> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return app;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        string key = http.Request.Path.Value!.TrimStart('/');
        (string date, string expires) = (http.Request.Query["Date"].ToString(), http.Request.Query["Expires"].ToString());
        bool isGood = date.Length > 0 && http.Request.Query["Signature"] == Sign(http.Request.Method, key, date, expires)
            && (!Ends || DateTimeOffset.UtcNow.UtcTicks <= long.Parse(date, CultureInfo.InvariantCulture) + (long.Parse(expires, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));
        http.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden;
        if (isGood && http.Request.Method == "GET" && await Inner.GetAsync(key, null, http.RequestAborted) is { } content)
            await http.Response.Body.WriteAsync(content.Bytes, http.RequestAborted);
    }
}
