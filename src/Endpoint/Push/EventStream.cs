using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FireproofBench.Endpoint.Push;

/// <summary>Subscription as server-sent events: what every HTTP client can read.</summary>
internal sealed class EventStream(HeadHub hub, IHeadStore heads, EndpointOptions options, TimeProvider time)
{
    private static readonly ReadOnlyMemory<byte> _alive = ": alive\n\n"u8.ToArray();

    /// <summary>Sends messages until the caller goes.</summary>
    public async Task RunAsync(EndpointRequest request)
    {
        HttpContext http = request.Http;
        string since = http.Request.Headers["Last-Event-ID"].ToString();
        if (since.Length == 0)
            since = http.Request.Query["since"].ToString();
        if (await hub.JoinAsync(request.Database) is not { } topic)
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, nameof(StorageErrorKind.Throttled), "there are as many subscribers as this endpoint takes");
        try
        {
            using SubscriptionEnd end = new(request, hub, time);
            using Subscription subscription = new(topic, heads, end.Token);
            PushMessage first = await subscription.BeginAsync(since);
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await SendAsync(http, first.Event, end);
            await using ITimer heartbeat = time.CreateTimer(static one => ((Subscription)one!).Wake(), subscription, options.Heartbeat, options.Heartbeat);
            while (!end.Token.IsCancellationRequested)
            {
                PushMessage? message = await subscription.NextAsync();
                await SendAsync(http, message?.Event ?? _alive, end);
            }
        }
        catch (OperationCanceledException) when (http.Response.HasStarted)
        {
            // The stream ends in order, or nobody listens: a subscriber comes back with the last id that it saw.
        }
        finally
        {
            hub.Leave(topic);
        }
    }

    // One message at a time: what comes meanwhile becomes one.
    private async ValueTask SendAsync(HttpContext http, ReadOnlyMemory<byte> bytes, SubscriptionEnd end)
    {
        ValueTask<System.IO.Pipelines.FlushResult> sending = http.Response.BodyWriter.WriteAsync(bytes, end.Token);
        if (sending.IsCompletedSuccessfully)
        {
            _ = sending.Result;
            return;
        }

        try
        {
            _ = await sending.AsTask().WaitAsync(options.SendPatience, time, end.Token);
        }
        catch (TimeoutException)
        {
            http.Abort();
            throw new OperationCanceledException();
        }
    }
}
