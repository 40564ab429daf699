using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace FireproofBench.Conformance.Cloud;

/// <summary>What a run sends to an endpoint of the cloud protocol, beside its WebSockets: counted, timed, and never waited for without end.</summary>
/// <param name="run">What the names of the run's ledgers have in common, and no other run's.</param>
internal sealed class CloudTraffic(string run) : IDisposable
{
    private const int LongestAnswer = 64 << 20;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
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
    public TimeSpan Answer => TimeSpan.FromTicks(Volatile.Read(ref _slowest));

    /// <summary>The requests so far; messages are puts.</summary>
    public RequestCounts Counts => new(Of(Kind.Message) + Of(Kind.Put), Of(Kind.Get), 0, Of(Kind.Other), 0, 0);

    /// <summary>What a request is about.</summary>
    public static Kind KindOf(HttpMethod method) => method == HttpMethod.Get ? Kind.Get : method == HttpMethod.Put ? Kind.Put : Kind.Other;

    /// <summary>Where the WebSocket is; null when there is none.</summary>
    public static Uri? SocketOf(JsonObject answer, Uri messages) =>
        answer["gestalt"] is { } gestalt && gestalt.Texts("protocolCapabilities").Contains("stream") && gestalt.Texts("wsEndpoints") is [var place, ..] && Uri.TryCreate(messages, place, out Uri? socket)
            ? new UriBuilder(socket) { Scheme = socket.Scheme is "https" or "wss" ? "wss" : "ws", Port = socket.IsDefaultPort ? -1 : socket.Port }.Uri
            : null;

    /// <summary>Counts a request.</summary>
    public void Count(Kind kind) => _ = Interlocked.Increment(ref _counts[(int)kind]);

    /// <summary>Sends a request.</summary>
    /// <exception cref="ClauseViolation">There is no answer in time.</exception>
    public async Task<CloudAnswer> SendAsync(HttpMethod method, string address, HttpContent? body, Kind kind, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        Count(kind);
        using HttpRequestMessage request = new(method, new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = body };
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

    private void Note(TimeSpan took)
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
