using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Cloud;

/// <summary>A client that says exactly what a check wants said, and keeps all that it hears until somebody asks for it: on a WebSocket, or by requests where the endpoint offers those alone.</summary>
/// <remarks>By requests it asks for heads again and again once it has bound, as clients do, and takes it for an event when they have changed.</remarks>
internal sealed class CloudWire : IAsyncDisposable
{
    private const int PieceLength = 16 * 1024;
    private const int LongestMessage = 32 << 20;
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    private readonly ClientWebSocket? _socket;
    private readonly CloudContext _context;
    private readonly CancellationTokenSource _gone = new();
    private readonly SemaphoreSlim _speaking = new(1);
    private readonly Lock _gate = new();
    private readonly List<JsonObject> _heard = [];
    private int _errorsWithConnection;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _listening = [];
    private string? _ended;
    private int _exchanges;
    private bool _isDisposed;

    private CloudWire(ClientWebSocket? socket, CloudContext context, CloudLedgerName ledger, string token)
    {
        _socket = socket;
        _context = context;
        Ledger = ledger;
        Token = token;
    }

    /// <summary>What its messages are about, unless they say otherwise.</summary>
    public CloudLedgerName Ledger { get; }

    /// <summary>What it says in each message.</summary>
    public string Token { get; set; }

    /// <summary>How many errors came that name a connection.</summary>
    public int ErrorsWithConnection => Volatile.Read(ref _errorsWithConnection);

    /// <summary>Its connection; null while none is open.</summary>
    public JsonObject? Connection { get; private set; }

    /// <summary>Opens a socket, where there are some, and says nothing.</summary>
    /// <exception cref="ClauseViolation">The endpoint takes none.</exception>
    public static async Task<CloudWire> ConnectAsync(CloudContext context, CloudLedgerName ledger, string token, string query = "random=1", Uri? at = null)
    {
        if ((at ?? await context.SocketAsync()) is not { } place)
        {
            CloudWire asking = new(null, context, ledger, token);
            context.Opened(asking);
            return asking;
        }

        Uri address = new UriBuilder(place) { Query = place.Query.Length > 0 ? $"{place.Query}&{query}" : query }.Uri;
        ClientWebSocket socket = new();
        socket.Options.Proxy = null;

        // Clients of the reference engine send nothing by themselves.
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        CloudWire wire = new(socket, context, ledger, token);
        try
        {
            await context.WithinAsync(token => socket.ConnectAsync(address, token), $"a WebSocket at {address}");
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }

        wire._listening.Add(Concurrently.Start(wire.ListenAsync));
        context.Opened(wire);
        return wire;
    }

    /// <summary>Opens a connection on the socket.</summary>
    /// <param name="connection">The name that it had; null for a new one.</param>
    /// <returns>The name that the endpoint gives it.</returns>
    public async Task<JsonObject> OpenAsync(JsonObject? connection = null)
    {
        JsonObject opening = Message("reqOpen");
        opening["conn"] = connection?.DeepClone() ?? new JsonObject { ["reqId"] = "z" + _context.Dice.Hex(12) };
        JsonObject answer = await AskAsync(opening);
        if (answer.Text("type") != "resOpen" || answer["conn"] is not JsonObject opened || opened.Text("reqId") is null || opened.Text("resId") is null)
            throw new ClauseViolation($"reqOpen was answered with {answer.Told()}, and without the two halves of a connection");
        Connection = opened.DeepClone().AsObject();
        return Connection;
    }

    /// <summary>A message of this connection.</summary>
    public JsonObject Message(string type)
    {
        JsonObject message = CloudContext.Message(type, Token, $"t{Interlocked.Increment(ref _exchanges)}");
        if (Connection is not null)
            message["conn"] = Connection.DeepClone();
        return message;
    }

    /// <summary>A message of this connection about a ledger.</summary>
    public JsonObject About(string type, string method, string store, string key, CloudLedgerName? ledger = null) => CloudContext.About(Message(type), ledger ?? Ledger, method, store, key);

    /// <summary>Asks to be told of heads, and takes the first event.</summary>
    public async Task<JsonObject> BindAsync(CloudLedgerName? ledger = null)
    {
        JsonObject question = About("bindGetMeta", "GET", "meta", "main", ledger);
        JsonObject answer = await AskAsync(question);
        if (answer.Text("type") != "eventGetMeta")
            throw new ClauseViolation($"bindGetMeta was answered with {answer.Told()}");
        if (_socket is null)
            _listening.Add(Concurrently.Start(() => PollAsync(question.DeepClone().AsObject(), answer)));
        return answer;
    }

    /// <summary>The address in an answer.</summary>
    /// <exception cref="ClauseViolation">It has none.</exception>
    public static string AddressIn(JsonObject answer)
    {
        string address = answer.Text("signedUrl") ?? throw new ClauseViolation($"a request for a file was answered with {answer.Told()}, and no address");
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? address
            : throw new ClauseViolation($"the address of a file is {Printable.Key(address)}, and no absolute one of http");
    }

    /// <summary>The address of a file.</summary>
    public async Task<string> AddressAsync(string method, string key, string store = "car", CloudLedgerName? ledger = null)
    {
        string verb = method == "DELETE" ? "Del" : $"{method[0]}{method[1..].ToLowerInvariant()}";
        string of = store == "wal" ? "WAL" : "Data";
        JsonObject answer = await AskAsync(About($"req{verb}{of}", method, store, key, ledger));
        return answer.Text("type") == $"res{verb}{of}" ? AddressIn(answer) : throw new ClauseViolation($"req{verb}{of} was answered with {answer.Told()}, and no address");
    }

    /// <summary>A message that sends a head, or several.</summary>
    public JsonObject PutMeta(JsonObject meta, CloudLedgerName? ledger = null)
    {
        JsonObject message = About("reqPutMeta", "PUT", "meta", "main", ledger);
        message["meta"] = meta;
        return message;
    }

    /// <summary>Sends a head with keys, and takes the acknowledgement.</summary>
    public Task PublishAsync(CloudCommit commit, params string[] keys) => PublishAsync(Ledger, commit, keys);

    /// <summary>Sends a head with keys to a ledger, and takes the acknowledgement.</summary>
    public async Task PublishAsync(CloudLedgerName ledger, CloudCommit commit, params string[] keys)
    {
        JsonObject answer = await AskAsync(PutMeta(CloudJson.OfMeta([commit.Head], keys), ledger));
        if (answer.Text("type") != "resPutMeta")
            throw new ClauseViolation($"reqPutMeta was answered with {answer.Told()}");
    }

    /// <summary>Says something.</summary>
    public Task SayAsync(JsonNode message, WebSocketMessageType type = WebSocketMessageType.Binary) => SayAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), type);

    /// <summary>Says some bytes.</summary>
    public async Task SayAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type = WebSocketMessageType.Binary)
    {
        if (_socket is null)
        {
            Hear((await _context.PutAsync(bytes.ToArray())).Message);
            return;
        }

        await _speaking.WaitAsync(_context.Cancellation);
        try
        {
            _context.Count();
            await _socket.SendAsync(bytes, type, WebSocketMessageFlags.EndOfMessage, _context.Cancellation);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or InvalidOperationException)
        {
            throw new ClauseViolation($"the socket was closed before a message could be sent: {_ended ?? gone.Message}");
        }
        finally
        {
            _ = _speaking.Release();
        }
    }

    /// <summary>Says something and takes what answers it.</summary>
    /// <exception cref="ClauseViolation">Nothing does in time.</exception>
    public async Task<JsonObject> AskAsync(JsonObject message, WebSocketMessageType type = WebSocketMessageType.Binary)
    {
        long begin = _context.Time.GetTimestamp();
        await SayAsync(message, type);
        JsonObject answer = await AnswerAsync(message);
        _context.Note(_context.Time.GetElapsedTime(begin));
        return answer;
    }

    /// <summary>Takes what answers a message that was said.</summary>
    public Task<JsonObject> AnswerAsync(JsonObject message)
    {
        string? exchange = message.Text("tid");
        return HearAsync(heard => heard.Text("tid") == exchange, $"an answer to {message.Text("type")}");
    }

    /// <summary>Takes the event that tells of a head; events of others may come before.</summary>
    public Task<JsonObject> EventAsync(CloudCommit commit, string of) => HearAsync(message => IsEvent(message) && message.Heads().Contains(commit.Name), $"an event of {of}");

    /// <summary>Fails when a head is told within a while in which it is not to be.</summary>
    public async Task NeverHearsAsync(CloudCommit commit, string evidence) =>
        CloudContext.Require(await TakeAsync(message => IsEvent(message) && message.Heads().Contains(commit.Name), _context.Silence) is null, $"{evidence}");

    /// <summary>Takes the next message of a kind.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="what">The same, for people.</param>
    /// <param name="within">How long it may take; null for as long as an answer may.</param>
    /// <exception cref="ClauseViolation">It does not come in time, or the endpoint ends the socket.</exception>
    public async Task<JsonObject> HearAsync(Func<JsonObject, bool> wanted, string what, TimeSpan? within = null)
    {
        TimeSpan patience = within ?? _context.Subject.AnswerWithin;
        return await TakeAsync(wanted, patience) ?? throw new ClauseViolation(
            _ended is { } ended ? $"{what} did not come: the endpoint ended the socket ({ended})" : $"{what} did not come within {patience.TotalSeconds:0.#} s");
    }

    /// <summary>Takes a message of a kind, when one comes.</summary>
    /// <returns>Null when none does in time.</returns>
    public async Task<JsonObject?> TakeAsync(Func<JsonObject, bool> wanted, TimeSpan within)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        Task late = Task.Delay(within, _context.Time, over.Token);
        try
        {
            while (true)
            {
                Task news;
                lock (_gate)
                {
                    int found = _heard.FindIndex(message => wanted(message));
                    if (found >= 0)
                    {
                        JsonObject message = _heard[found];
                        _heard.RemoveAt(found);
                        return message;
                    }

                    if (_ended is not null || late.IsCompleted)
                    {
                        _context.Cancellation.ThrowIfCancellationRequested();
                        return null;
                    }

                    news = _news.Task;
                }

                await Concurrently.AnyAsync(news, late);
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    /// <summary>Whether the endpoint ends the socket within a time.</summary>
    public async Task<bool> EndsAsync(TimeSpan within)
    {
        _ = await TakeAsync(static _ => false, within);
        return _ended is not null;
    }

    /// <summary>Goes without a word, as a device that loses its network.</summary>
    public void Abort()
    {
        _socket?.Abort();
        _gone.Cancel();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            if (_socket?.State == WebSocketState.Open)
            {
                using CancellationTokenSource patience = new(s_goodbye, _context.Time);
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // It is closed already.
        }

        await _gone.CancelAsync();
        await Task.WhenAll(_listening);
        _socket?.Dispose();
        _speaking.Dispose();
        _gone.Dispose();
    }

    private static bool IsEvent(JsonObject message) => message.Text("type") == "eventGetMeta";

    private async Task ListenAsync()
    {
        string ended;
        try
        {
            ended = await ListenToAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException or InvalidOperationException or ClauseViolation)
        {
            ended = gone.Message;
        }

        lock (_gate)
        {
            _ended = ended;
            _ = _news.TrySetResult();
        }
    }

    // A client without a socket asks again under the same number, until it is refused once.
    private async Task PollAsync(JsonObject question, JsonObject told)
    {
        try
        {
            IReadOnlyList<string> former = told.Heads();
            while (true)
            {
                await Task.Delay(s_poll, _context.Time, _gone.Token);
                JsonObject answer = (await _context.PutAsync(question)).Message;
                if (answer.Text("type") != "eventGetMeta")
                    return;
                if (answer.Heads().Except(former).Any())
                    Hear(answer);
                former = answer.Heads();
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ClauseViolation)
        {
            // The client is gone, or the endpoint is: the next question tells.
        }
    }

    private void Hear(JsonObject message)
    {
        if (_socket is not null && message.Text("type") == "error" && message["conn"] is not null)
            _ = Interlocked.Increment(ref _errorsWithConnection);
        lock (_gate)
        {
            _heard.Add(message);
            _ = _news.TrySetResult();
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<string> ListenToAsync()
    {
        byte[] piece = new byte[PieceLength];
        using MemoryStream message = new();
        while (true)
        {
            message.SetLength(0);
            ValueWebSocketReceiveResult received;
            do
            {
                received = await _socket!.ReceiveAsync(piece.AsMemory(), _gone.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                    return $"it closed with {_socket.CloseStatus}";
                message.Write(piece, 0, received.Count);
                if (message.Length > LongestMessage)
                    return $"a message of more than {LongestMessage} bytes came";
            }
            while (!received.EndOfMessage);

            Hear(CloudJson.Read(message.GetBuffer().AsSpan(0, (int)message.Length), "a message of the endpoint"));
        }
    }
}
