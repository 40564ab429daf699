using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>A socket of a replayed client. Whatever comes on it has to answer something that was said there.</summary>
internal sealed class ReplaySocket : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonObject> _incoming = Channel.CreateUnbounded<JsonObject>();
    private readonly Dictionary<string, JsonObject> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _answers = new(StringComparer.Ordinal);
    private readonly List<ReplaySubscription> _subscriptions = [];
    private Task _listening = Task.CompletedTask;
    private bool _isClosed;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private bool IsSettled => _isClosed || (_open.Count == 0 && _subscriptions.TrueForAll(static subscription => subscription.IsUpToDate));

    /// <summary>Opens one.</summary>
    public static async Task<ReplaySocket> OpenAsync(Uri address, string? origin)
    {
        ReplaySocket socket = new();
        if (origin is not null)
            socket._socket.Options.SetRequestHeader("Origin", origin);
        await socket._socket.ConnectAsync(address, Ending);
        socket._listening = socket.ListenAsync();
        return socket;
    }

    /// <summary>Says something that is to be answered.</summary>
    public Task AskAsync(JsonObject question)
    {
        _open.Add((string)question["tid"]!, question);
        return SayAsync(question);
    }

    /// <summary>Asks to be told of a ledger.</summary>
    public Task BindAsync(JsonObject question, ReplayLedger ledger)
    {
        _subscriptions.Add(new ReplaySubscription(question, ledger));
        return SayAsync(question);
    }

    /// <summary>The answer to a message, and the message.</summary>
    public async Task<(JsonObject Answer, JsonObject Question)> AnswerAsync(string exchange)
    {
        JsonObject question = _open.TryGetValue(exchange, out JsonObject? asked) ? asked : throw new InvalidOperationException($"{exchange} was not asked, or is answered.");
        await HearAsync(() => _answers.ContainsKey(exchange), $"an answer to {question["type"]} {exchange}");
        _open.Remove(exchange);
        return (_answers[exchange], question);
    }

    /// <summary>The subscription of a connection to a ledger; null for the only one, where the ledger is not known.</summary>
    public ReplaySubscription Subscription(string client, ReplayLedger? ledger) =>
        _subscriptions.Single(subscription => (string)subscription.Question["conn"]!["reqId"]! == client && (ledger ?? subscription.Ledger) == subscription.Ledger);

    /// <summary>Waits until something is so.</summary>
    public async Task HearAsync(Func<bool> isDone, string what)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        patience.CancelAfter(_patience);
        while (!isDone())
        {
            try
            {
                Take(await _incoming.Reader.ReadAsync(patience.Token));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ChannelClosedException)
            {
                Assert.Fail($"{what} did not come: {(ended is ChannelClosedException ? "the endpoint closed the socket" : "nothing came any more")}");
            }
        }
    }

    /// <summary>Looks at what has come meanwhile.</summary>
    public void Hear()
    {
        while (!_isClosed && _incoming.Reader.TryRead(out JsonObject? message))
            Take(message);
    }

    /// <summary>Waits until all questions are answered and all is told that is to be told.</summary>
    public Task SettleAsync() => HearAsync(() => IsSettled, "all that is to be told");

    /// <summary>Closes it as a client does, or as one does that is gone.</summary>
    public async Task CloseAsync(bool isGone)
    {
        _isClosed = true;
        if (isGone)
        {
            _socket.Abort();
            return;
        }

        await _socket.CloseOutputAsync(WebSocketCloseStatus.Empty, null, Ending);
        await EndAsync();
    }

    /// <summary>Waits until the endpoint closes it, too.</summary>
    public Task EndAsync() => _listening.WaitAsync(_patience, Ending);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _listening;
        _socket.Dispose();
    }

    private Task SayAsync(JsonObject message) => _socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Binary, endOfMessage: true, Ending);

    private void Take(JsonObject message)
    {
        string exchange = (string)message["tid"]!;
        if ((string?)message["type"] == "eventGetMeta")
        {
            _subscriptions.Single(subscription =>
                JsonNode.DeepEquals(subscription.Question["conn"], message["conn"]) && JsonNode.DeepEquals(subscription.Question["tenant"], message["tenant"])).Take(message);
            return;
        }

        Assert.True(_open.TryGetValue(exchange, out JsonObject? question), $"nobody asked for {message.ToJsonString()}");
        TraceAnswer.CheckRepeats(message, question);
        Assert.True(_answers.TryAdd(exchange, message), $"a second answer came: {message.ToJsonString()}");
    }

    private async Task ListenAsync()
    {
        byte[] piece = new byte[16 * 1024];
        using MemoryStream message = new();
        try
        {
            while (await _socket.ReceiveAsync(new ArraySegment<byte>(piece), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
            {
                message.Write(piece, 0, received.Count);
                if (!received.EndOfMessage)
                    continue;
                await _incoming.Writer.WriteAsync(JsonNode.Parse(message.ToArray())!.AsObject());
                message.SetLength(0);
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever waits for something on it is told so by the channel.
        }
        finally
        {
            _incoming.Writer.Complete();
        }
    }
}
