using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>Stands before an endpoint of the cloud protocol, and bends what goes through it.</summary>
internal sealed class CloudProxy : IAsyncDisposable
{
    private static readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private static readonly string[] _methodsWithBody = ["PUT", "POST"];

    private readonly WebApplication _app;
    private readonly Uri _endpoint;
    private readonly CloudFault _fault;
    private readonly CancellationTokenSource _ending = new();

    private CloudProxy(WebApplication app, Uri endpoint, CloudFault fault)
    {
        _app = app;
        _endpoint = endpoint;
        _fault = fault;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>All clients that came.</summary>
    public ConcurrentBag<CloudProxySession> Sessions { get; } = [];

    public static async Task<CloudProxy> StartAsync(Uri endpoint, CloudFault fault)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        CloudProxy proxy = new(app, endpoint, fault);
        app.UseWebSockets();
        app.Run(proxy.ServeAsync);
        await app.StartAsync();
        proxy.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        foreach (CloudProxySession session in Sessions)
            session.Dispose();
        _ending.Dispose();
    }

    private Task ServeAsync(HttpContext http) =>
        http.WebSockets.IsWebSocketRequest ? SocketAsync(http)
        : http.Request.Method == "PUT" && http.Request.Path == "/fp" ? MessageAsync(http)
        : FileAsync(http);

    private async Task MessageAsync(HttpContext http)
    {
        byte[] body = await BodyAsync(http);
        using CloudProxySession session = new(this, null);
        if (Parse(body) is { } message)
        {
            session.Note(message);
            if (_fault.Ask(message, session) is not { } asked)
            {
                await WriteAsync(http, new CloudProxyAnswer(session.Instead is null ? 204 : 500, [], session.Instead is { } instead ? Bytes(instead) : []));
                return;
            }

            body = Bytes(asked);
        }

        CloudProxyAnswer answer = await _fault.File(HttpMethod.Put, new Uri(_endpoint, "/fp"), body, () => PassAsync(HttpMethod.Put, "/fp", body, "application/json"));
        if (Parse(answer.Body) is { } told)
            answer = answer with { Body = _fault.Tell(Here(told), session).FirstOrDefault() is { } bent ? Bytes(bent) : [] };
        await WriteAsync(http, answer);
    }

    private async Task FileAsync(HttpContext http)
    {
        byte[] body;
        try
        {
            body = await BodyAsync(http);
        }
        catch (Exception broken) when (broken is IOException or BadHttpRequestException or OperationCanceledException)
        {
            http.Abort();
            return;
        }

        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        HttpMethod method = new(http.Request.Method);
        await WriteAsync(http, await _fault.File(method, Of(target), body, () => PassAsync(method, target, body, null)));
    }

    private async Task SocketAsync(HttpContext http)
    {
        if (http.Request.Path != "/ws")
        {
            http.Response.StatusCode = 404;
            return;
        }

        using ClientWebSocket inner = new();
        inner.Options.Proxy = null;
        await inner.ConnectAsync(new UriBuilder(_endpoint) { Scheme = "ws", Path = "/ws" }.Uri, _ending.Token);
        using WebSocket outer = await http.WebSockets.AcceptWebSocketAsync();
        CloudProxySession session = new(this, outer);
        Sessions.Add(session);
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, http.RequestAborted);
        Task[] ways = [UpAsync(outer, inner, session, gone), DownAsync(inner, session, gone), WatchAsync(session, gone)];
        await Task.WhenAll(ways);
        session.IsGone = true;
        outer.Abort();
        inner.Abort();
    }

    private async Task UpAsync(WebSocket outer, ClientWebSocket inner, CloudProxySession session, CancellationTokenSource gone) => await UntilGoneAsync(gone, async () =>
    {
        while (await ReadAsync(outer, gone.Token) is { } read)
        {
            if (_fault.DropsText && read.Type == WebSocketMessageType.Text)
                continue;
            byte[] bytes = read.Bytes;
            if (Parse(bytes) is { } message)
            {
                session.Note(message);
                if (_fault.Ask(message, session) is not { } asked)
                    continue;
                bytes = Bytes(asked);
            }

            await inner.SendAsync(bytes, read.Type, endOfMessage: true, gone.Token);
        }
    });

    private async Task DownAsync(ClientWebSocket inner, CloudProxySession session, CancellationTokenSource gone) => await UntilGoneAsync(gone, async () =>
    {
        while (await ReadAsync(inner, gone.Token) is { } read)
        {
            JsonObject told = Here(Parse(read.Bytes)!);
            if (_fault.Pause(told) is var pause && pause > TimeSpan.Zero)
                await Task.Delay(pause, gone.Token);
            foreach (JsonObject bent in _fault.Tell(told, session))
                await session.SendAsync(bent);
        }
    });

    private async Task WatchAsync(CloudProxySession session, CancellationTokenSource gone) => await UntilGoneAsync(gone, async () =>
    {
        if (_fault.EndsIdle is not { } idle)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, gone.Token);
            return;
        }

        while (DateTime.UtcNow - session.LastUse < idle)
            await Task.Delay(100, gone.Token);
    });

    private static async Task UntilGoneAsync(CancellationTokenSource gone, Func<Task> way)
    {
        try
        {
            await way();
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // One of both is gone, and so is the other.
        }

        await gone.CancelAsync();
    }

    private static async Task<(byte[] Bytes, WebSocketMessageType Type)?> ReadAsync(WebSocket socket, CancellationToken cancellation)
    {
        using MemoryStream message = new();
        byte[] piece = new byte[16 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(new ArraySegment<byte>(piece), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(piece, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return (message.ToArray(), received.MessageType);
    }

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext http, CloudProxyAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        foreach ((string name, string value) in answer.Headers)
            http.Response.Headers[name] = value;
        if (answer.Status is not 204)
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    private static JsonObject? Parse(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? null : JsonNode.Parse(bytes) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static byte[] Bytes(JsonObject message) => System.Text.Encoding.UTF8.GetBytes(message.ToJsonString());

    private Uri Of(string target) => new(_endpoint.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    // Addresses of files lead through here too.
    private JsonObject Here(JsonObject message)
    {
        if (message.Text("signedUrl") is { } address)
            message["signedUrl"] = address.Replace(_endpoint.GetLeftPart(UriPartial.Authority), Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        return message;
    }

    private async Task<CloudProxyAnswer> PassAsync(HttpMethod method, string target, byte[] body, string? type)
    {
        using HttpRequestMessage request = new(method, Of(target));
        if (_methodsWithBody.Contains(method.Method))
        {
            request.Content = new ByteArrayContent(body);
            if (type is not null)
                request.Content.Headers.ContentType = new(type);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, _ending.Token);
        return new CloudProxyAnswer(
            (int)answer.StatusCode,
            [.. answer.Headers.Where(static header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)).Select(static header => (header.Key, string.Join(",", header.Value)))],
            await answer.Content.ReadAsByteArrayAsync(_ending.Token));
    }
}
