using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using FireproofBench.Gateways.Cloud;

namespace FireproofBench.Conformance.Cloud;

/// <summary>What a run sends to an endpoint of the cloud protocol, beside its WebSockets: counted, timed, and never waited for without end.</summary>
/// <param name="run">What the names of the run's ledgers have in common, and no other run's.</param>
internal sealed class CloudTraffic(string run) : IDisposable
{
    private const int LongestAnswer = 64 << 20;

    // The page that every request says to be of, as a browser does: providers answer the questions of pages only when there is one.
    private const string Origin = "https://conform.example";

    // Clients follow redirects, which a provider may answer with for files.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxAutomaticRedirections = 5, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
    private readonly long[] _counts = new long[4];
    private long _slowest;

    /// <summary>What a request is about.</summary>
    public enum Kind
    {
        /// <summary>A message, on a socket or as a request of its own.</summary>
        Message,

        /// <summary>A file is read.</summary>
        Get,

        /// <summary>A file is written.</summary>
        Put,

        /// <summary>A file is removed, or a page asks whether it may ask.</summary>
        Other,
    }

    /// <summary>What the names of the run's ledgers have in common.</summary>
    public string Run => run;

    /// <summary>The longest that an answer took so far.</summary>
    public TimeSpan SlowestAnswer => TimeSpan.FromTicks(Volatile.Read(ref _slowest));

    /// <summary>The requests so far; messages are puts.</summary>
    public RequestCounts Counts => new(Of(Kind.Message) + Of(Kind.Put), Of(Kind.Get), 0, Of(Kind.Other), 0, 0);

    /// <summary>What a request is about.</summary>
    public static Kind KindOf(HttpMethod method) => method == HttpMethod.Get ? Kind.Get : method == HttpMethod.Put ? Kind.Put : Kind.Other;

    /// <summary>Where the WebSockets are that an answer offers: clients take any of them. None when clients are to send requests.</summary>
    public static ImmutableArray<Uri> SocketsOf(JsonObject answer, Uri messages) =>
        [.. IsOfRequestsAlone(answer) ? [] : answer["gestalt"].Texts("wsEndpoints").Select(place => CloudPlaces.SocketOf(messages, place)).OfType<Uri>()];

    /// <summary>Where messages go that are requests of their own, by what an answer offers: clients take any of them. None when it offers none.</summary>
    public static ImmutableArray<Uri> RequestsOf(JsonObject answer, Uri messages) =>
        [.. answer["gestalt"].Texts("protocolCapabilities").Contains("reqRes") ? answer["gestalt"].Texts("httpEndpoints").Select(place => CloudPlaces.RequestOf(messages, place)).OfType<Uri>() : []];

    /// <summary>Whether a page may read an answer.</summary>
    public static bool IsAdmitted(string allowedOrigin) => allowedOrigin is "*" or Origin;

    /// <summary>Counts a request.</summary>
    public void Count(Kind kind) => _ = Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>Sends a request.</summary>
    /// <exception cref="ClauseViolation">There is no answer in time.</exception>
    public async Task<CloudAnswer> SendAsync(HttpMethod method, string address, HttpContent? body, Kind kind, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        Count(kind);
        using HttpRequestMessage request = new(method, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = body };
        request.Headers.Add("Origin", Origin);
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "PUT");
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
        }

        CloudAnswer? taken = null;
        long begin = time.GetTimestamp();
        await WithinAsync(
            async token =>
            {
                using HttpResponseMessage answer = await _http.SendAsync(request, token);
                taken = new CloudAnswer(answer.StatusCode, answer.Headers, await answer.Content.ReadAsByteArrayAsync(token));
            },
            $"{method} {new Uri(address).AbsolutePath}",
            within,
            time,
            cancellation);
        if (kind == Kind.Message)
            Note(time.GetElapsedTime(begin));
        return taken!;
    }

    /// <summary>Does something that is to be done within a time.</summary>
    /// <exception cref="ClauseViolation">It fails, or takes longer.</exception>
    public static async Task WithinAsync(Func<CancellationToken, Task> action, string what, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = new(within, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await action(either.Token);
        }
        catch (Exception late) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested && late is OperationCanceledException or WebSocketException)
        {
            throw new ClauseViolation($"{what} was not answered within {within.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or WebSocketException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ClauseViolation($"{what} failed: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Anything but requests alone is a WebSocket to a client.
    private static bool IsOfRequestsAlone(JsonObject answer) => answer["gestalt"].Texts("protocolCapabilities") is var ways && ways.Contains("reqRes") && !ways.Contains("stream");

    /// <summary>Notes how long an answer took.</summary>
    public void Note(TimeSpan took)
    {
        long known = Volatile.Read(ref _slowest);
        while (took.Ticks > known)
        {
            long seen = Interlocked.CompareExchange(ref _slowest, took.Ticks, known);
            if (seen == known)
                return;
            known = seen;
        }
    }

    private long Of(Kind kind) => Volatile.Read(ref _counts[(int)kind]);
}
