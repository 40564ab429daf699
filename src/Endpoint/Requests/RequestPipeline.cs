using System.Diagnostics;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Operations;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace FireproofBench.Endpoint.Requests;

/// <summary>What every request passes: mark, origin, names, admission, the route itself; and every failure, which becomes an answer here and nowhere else.</summary>
internal sealed partial class RequestPipeline(Gatekeeper gate, Origins origins, RequestCounts counts, TimeProvider time, ILogger<RequestPipeline> log)
{
    /// <summary>Traces of requests; nobody listens unless a host does.</summary>
    public static readonly ActivitySource Traces = new(EndpointRoutes.TraceSource);

    private static readonly StringValues _version = new(EndpointHeaders.Version);

    /// <summary>Answers a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="route">The route that it matched.</param>
    /// <param name="index">The number of the route in the counts.</param>
    public async Task RunAsync(HttpContext http, RouteSpec route, int index)
    {
        long start = time.GetTimestamp();
        using Activity? activity = Traces.HasListeners() ? Traces.StartActivity(route.Name) : null;
        http.Response.Headers[EndpointHeaders.Marker] = _version;
        try
        {
            if (!origins.Admits(http))
                await Refusals.WriteAsync(http, StatusCodes.Status403Forbidden, nameof(StorageErrorKind.NotAuthorized), "pages of this origin may not call this endpoint");
            else if (!RequestTarget.TryRead(http, out string database, out string key, out string? complaint))
                await Refusals.WriteAsync(http, StatusCodes.Status400BadRequest, nameof(StorageErrorKind.InvalidName), complaint);
            else
                await RunAsync(http, route, database, key);
        }
        catch (Exception failure)
        {
            await AnswerAsync(http, route.Name, failure);
        }

        _ = activity?.SetTag("http.response.status_code", http.Response.StatusCode);
        counts.Count(index, http.Response.StatusCode, route.IsSubscription ? TimeSpan.Zero : time.GetElapsedTime(start));
    }

    /// <summary>Answers a request that brings its own credentials, of whatever origin.</summary>
    /// <param name="http">The request.</param>
    /// <param name="name">The name of the route.</param>
    /// <param name="index">Its number in the counts.</param>
    /// <param name="isSubscription">Whether it lasts as long as the caller stays.</param>
    /// <param name="run">Answers it.</param>
    public async Task RunOpenAsync(HttpContext http, string name, int index, bool isSubscription, RequestDelegate run)
    {
        long start = time.GetTimestamp();
        using Activity? activity = Traces.HasListeners() ? Traces.StartActivity(name) : null;
        try
        {
            await run(http);
        }
        catch (Exception failure)
        {
            await AnswerAsync(http, name, failure);
        }

        _ = activity?.SetTag("http.response.status_code", http.Response.StatusCode);
        counts.Count(index, http.Response.StatusCode, isSubscription ? TimeSpan.Zero : time.GetElapsedTime(start));
    }

    // Who may is asked before whether the name is one: a stranger learns nothing from the answer.
    private async ValueTask RunAsync(HttpContext http, RouteSpec route, string database, string key)
    {
        if (await gate.AdmitAsync(http, database, route.Right) is not { } caller)
            return;
        ObjectNames.CheckDatabase(database);
        await route.Run(new EndpointRequest(http, database, key, caller));
    }

    private async ValueTask AnswerAsync(HttpContext http, string route, Exception failure)
    {
        try
        {
            switch (failure)
            {
                case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                    // Nobody is there to hear; the status is for the counts.
                    if (!http.Response.HasStarted)
                        http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                    http.Abort();
                    break;
                case RequestRefusedException refused:
                    await Refusals.WriteAsync(http, refused.Status, refused.Kind, refused.Message);
                    break;
                case StorageException storage:
                    if (Refusals.StatusOf(storage.Kind) >= 500 && storage.Kind != StorageErrorKind.Unsupported)
                        TellFailure(route, http.TraceIdentifier, storage.Kind, storage.Message);
                    await Refusals.WriteAsync(http, storage);
                    break;
                case BadHttpRequestException bad:
                    await Refusals.WriteAsync(http, bad.StatusCode, nameof(StorageErrorKind.Permanent), bad.Message);
                    break;
                default:
                    TellFault(failure, route, http.TraceIdentifier);
                    await Refusals.WriteAsync(http, StatusCodes.Status500InternalServerError, nameof(StorageErrorKind.Permanent), "the endpoint failed; its log has more under the request's id");
                    break;
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or InvalidOperationException)
        {
            http.Abort();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Route} failed, request {RequestId}: {Kind}, {Reason}")]
    private partial void TellFailure(string route, string requestId, StorageErrorKind kind, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Route} failed, request {RequestId}")]
    private partial void TellFault(Exception failure, string route, string requestId);
}
