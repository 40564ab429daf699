using System.Text;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Operations;

/// <summary>What those ask who run the endpoint: does it live, is it ready, what has it done, how is it spoken to.</summary>
internal sealed class OperationRoutes(IDataGateway data, IHeadStore heads, HeadHub hub, RequestCounts counts, TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _shelfLife = TimeSpan.FromSeconds(1);
    private static readonly byte[] _openApi = ReadOpenApi();

    private readonly Lock _lock = new();
    private Task<bool[]>? _asking;
    private long _asked;

    /// <summary>The process answers.</summary>
    public static Task HealthAsync(HttpContext http) => JsonBody.WriteAsync(http, "{\"status\":\"ok\"}"u8.ToArray());

    /// <summary>The document that says how to speak to an endpoint.</summary>
    public static Task OpenApiAsync(HttpContext http) => JsonBody.WriteAsync(http, _openApi);

    /// <summary>Both stores answer.</summary>
    public async Task ReadyAsync(HttpContext http)
    {
        bool[] answers = await AskOnceAsync().WaitAsync(http.RequestAborted);
        bool isReady = answers[0] && answers[1] && !hub.Closing.IsCancellationRequested;
        http.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        string body = $$"""{"status":"{{(isReady ? "ready" : "not ready")}}","data":"{{Word(answers[0])}}","heads":"{{Word(answers[1])}}"}""";
        await JsonBody.WriteAsync(http, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>Counts in the text format of Prometheus.</summary>
    public Task MetricsAsync(HttpContext http)
    {
        StringBuilder text = new();
        counts.Write(text);
        _ = text.Append("# HELP fireproof_subscribers Subscriptions that are open.\n# TYPE fireproof_subscribers gauge\nfireproof_subscribers ")
            .Append(hub.Subscribers).Append('\n');
        return JsonBody.WriteAsync(http, Encoding.UTF8.GetBytes(text.ToString()), "text/plain; version=0.0.4; charset=utf-8");
    }

    // Anybody may ask, as often as it likes: the stores are asked once a second for all of them.
    private Task<bool[]> AskOnceAsync()
    {
        lock (_lock)
        {
            if (_asking is null || (_asking.IsCompleted && time.GetElapsedTime(_asked) >= _shelfLife))
            {
                _asked = time.GetTimestamp();
                _asking = AskAsync();
            }

            return _asking;
        }
    }

    private async Task<bool[]> AskAsync()
    {
        using CancellationTokenSource patience = new(_patience, time);
        return await Task.WhenAll(
            AnswersAsync(async token => _ = await data.ListAsync("", null, 1, token), patience.Token),
            AnswersAsync(token => heads.CheckAsync(token), patience.Token));
    }

    private static string Word(bool answers) => answers ? "ok" : "no answer";

    private static async Task<bool> AnswersAsync(Func<CancellationToken, ValueTask> ask, CancellationToken cancellation)
    {
        try
        {
            // Some stores block while they work: the patience is kept beside them.
            await Task.Run(() => ask(cancellation).AsTask(), CancellationToken.None).WaitAsync(cancellation);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            return false;
        }
    }

    private static byte[] ReadOpenApi()
    {
        using Stream document = typeof(OperationRoutes).Assembly.GetManifestResourceStream("openapi.json")!;
        using MemoryStream bytes = new();
        document.CopyTo(bytes);
        return bytes.ToArray();
    }
}
