using System.Net.WebSockets;
using System.Threading.Channels;
using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>One WebSocket of a client: its messages are answered in their order, and what it asked to be told comes in between.</summary>
internal sealed partial class CloudSocket : IDisposable
{
    private const int MostWaiting = 256;
    private const int MostSubscriptions = 100;
    private const int PieceLength = 16 * 1024;
    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(2);

    private readonly CloudEndpoint _endpoint;
    private readonly CloudPlace _place;
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _gone;
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(MostWaiting);
    private readonly Dictionary<(CloudConnection Connection, string Database), (CancellationTokenSource End, Task Telling)> _subscriptions = [];
    private readonly Action<byte[]> _send;

    private CloudSocket(CloudEndpoint endpoint, CloudPlace place, WebSocket socket, CancellationToken aborted)
    {
        _endpoint = endpoint;
        _place = place;
        _socket = socket;
        _gone = CancellationTokenSource.CreateLinkedTokenSource(aborted, endpoint.Hub.Closing);

        // What others say is dropped when this one does not listen.
        _send = message => _outgoing.Writer.TryWrite(message);
    }

    /// <summary>Serves a socket until one of both goes.</summary>
    public static async Task RunAsync(CloudEndpoint endpoint, HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            await Refusals.WriteAsync(http, StatusCodes.Status426UpgradeRequired, nameof(StorageErrorKind.Unsupported), "this address speaks WebSocket");
            return;
        }

        using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = endpoint.Options.Heartbeat,
            KeepAliveTimeout = endpoint.Options.Heartbeat,
        });
        using CloudSocket serving = new(endpoint, new CloudPlace(http, CloudPlace.Socket, endpoint.Cloud), socket, http.RequestAborted);
        await serving.RunAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _gone.Dispose();

    private async Task RunAsync()
    {
        Task sending = SendAllAsync();
        try
        {
            await ListenAsync();
        }
        finally
        {
            await _gone.CancelAsync();
            foreach (((CloudConnection connection, _), (CancellationTokenSource end, Task telling)) in _subscriptions)
            {
                _endpoint.Rooms.Leave(connection, _send);
                await telling;
                end.Dispose();
            }

            _ = _outgoing.Writer.TryComplete();
            await sending;
            await CloseAsync();
        }
    }

    private async Task ListenAsync()
    {
        byte[] message = new byte[PieceLength];
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                if (length == message.Length)
                {
                    if (length >= CloudMessage.MaxLength)
                        return;
                    Array.Resize(ref message, Math.Min(2 * length, CloudMessage.MaxLength));
                }

                try
                {
                    received = await _socket.ReceiveAsync(message.AsMemory(length), _gone.Token);
                }
                catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
                {
                    return;
                }

                length += received.Count;
            }
            while (!received.EndOfMessage && received.MessageType != WebSocketMessageType.Close);

            if (received.MessageType == WebSocketMessageType.Close)
                return;
            try
            {
                await AnswerAsync(message.AsMemory(0, length));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ChannelClosedException)
            {
                return;
            }
        }
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> utf8)
    {
        CloudMessage? message = null;
        byte[]? answer;
        try
        {
            message = CloudMessage.Read(utf8);
            CloudReply reply = await _endpoint.Dispatcher.AnswerAsync(message, _place, _gone.Token);
            answer = reply.Answer;
            if (reply.Opened is { } opened)
                _place.Add(opened);
            if (reply.Closed is { } closed)
                await EndAsync(closed);
            if (reply.Subscribed is { } subscribed)
                await SubscribeAsync(subscribed);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            answer = _endpoint.Refuse(message, failure);
        }

        if (answer is not null)
            await _outgoing.Writer.WriteAsync(answer, _gone.Token);
    }

    // Whoever asks again after an interruption gets all again.
    private async ValueTask SubscribeAsync(CloudSubscription subscribed)
    {
        (CloudConnection, string) name = (subscribed.Connection, subscribed.Ledger.Database);
        if (_subscriptions.Remove(name, out (CancellationTokenSource End, Task Telling) former))
        {
            await former.End.CancelAsync();
            await former.Telling;
            former.End.Dispose();
        }

        if (_subscriptions.Count == MostSubscriptions)
            throw new CloudMessageException("as many ledgers as one socket may have are bound on this one", subscribed.Request);

        // From here on the ledger is not forgotten.
        Signal news = new();
        subscribed.Ledger.Note(news, isHeldBack: false);
        (Topic Heads, Topic Keys)? topics = null;
        try
        {
            topics = await JoinAsync(subscribed.Ledger);
        }
        finally
        {
            if (topics is null)
                subscribed.Ledger.Remove(news);
        }

        if (topics is not { } joined)
            throw new CloudMessageException("there are as many subscribers as this endpoint takes", subscribed.Request);
        _endpoint.Rooms.Enter(subscribed.Ledger.Database, subscribed.Connection, _send);
        CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        _subscriptions[name] = (end, TellAsync(subscribed, news, joined.Heads, joined.Keys, end.Token));
    }

    private async ValueTask<(Topic Heads, Topic Keys)?> JoinAsync(CloudLedger ledger)
    {
        if (await _endpoint.Hub.JoinAsync(ledger.Database) is not { } heads)
            return null;
        try
        {
            return (heads, (await _endpoint.Hub.JoinAsync(ledger.KeysDatabase, isOneMore: false))!);
        }
        catch
        {
            _endpoint.Hub.Leave(heads);
            throw;
        }
    }

    private async ValueTask EndAsync(CloudConnection connection)
    {
        foreach ((CloudConnection Connection, string Database) name in _subscriptions.Keys.Where(name => name.Connection == connection).ToArray())
        {
            _ = _subscriptions.Remove(name, out (CancellationTokenSource End, Task Telling) ended);
            await ended.End.CancelAsync();
            await ended.Telling;
            ended.End.Dispose();
        }

        _endpoint.Rooms.Leave(connection, _send);
        _place.Remove(connection);
    }

    // All at first, and then what is new, to the author too: so a client's heads name each other in turn, and databases that share its connection hear of each other. All again with a new
    // key: it may have come with a head that was known, whose file others need it for. Keys alone are not told, since nothing that they open is shown.
    private async Task TellAsync(CloudSubscription subscribed, Signal news, Topic heads, Topic keys, CancellationToken end)
    {
        heads.Add(news);
        keys.Add(news);
        using CancellationTokenRegistration ending = end.UnsafeRegister(static news => ((Signal)news!).Set(), news);
        await using ITimer later = _endpoint.Time.CreateTimer(static news => ((Signal)news!).Set(), news, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            HashSet<Cid>? sent = null;
            int known = 0;
            while (!end.IsCancellationRequested && _endpoint.Tokens.IsGood(subscribed.Claims))
            {
                try
                {
                    // A file that comes while it is looked for is not missed.
                    subscribed.Ledger.Note(news, isHeldBack: true);
                    (CloudMeta meta, bool holdsBack) = await subscribed.Ledger.ReadAsync(end);
                    subscribed.Ledger.Note(news, holdsBack);
                    CloudMeta fresh = sent is null || meta.Keys.Length != known ? meta : meta with { Entries = [.. meta.Entries.Where(entry => !sent.Contains(entry.Cid))] };
                    if (sent is null || fresh.Entries.Length > 0)
                    {
                        await _outgoing.Writer.WriteAsync(subscribed.Event(fresh), end);
                        known = meta.Keys.Length;
                    }

                    sent = [.. meta.Entries.Select(static entry => entry.Cid)];
                    if (holdsBack)
                        _ = later.Change(CloudLedger.LateFiles, Timeout.InfiniteTimeSpan);
                }
                catch (StorageException failure)
                {
                    TellFailure(_endpoint.Log, failure.Kind, failure.Message);
                    _ = later.Change(CloudLedger.LateFiles, Timeout.InfiniteTimeSpan);
                }

                await news.WaitAsync();
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ChannelClosedException)
        {
            // Nobody listens any more.
        }
        finally
        {
            subscribed.Ledger.Remove(news);
            keys.Remove(news);
            heads.Remove(news);
            _endpoint.Hub.Leave(keys, isOneLess: false);
            _endpoint.Hub.Leave(heads);
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (byte[] message in _outgoing.Reader.ReadAllAsync(_gone.Token))
            {
                ValueTask sending = _socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
                if (!sending.IsCompletedSuccessfully)
                    await sending.AsTask().WaitAsync(_endpoint.Options.SendPatience, _endpoint.Time, _gone.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or TimeoutException or WebSocketException or ObjectDisposedException or IOException)
        {
            await _gone.CancelAsync();
        }
    }

    private async ValueTask CloseAsync()
    {
        try
        {
            using CancellationTokenSource patience = new(_goodbye, _endpoint.Time);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(
                    _endpoint.Hub.Closing.IsCancellationRequested ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // It does not listen.
        }

        _socket.Abort();
    }

    [LoggerMessage(1, LogLevel.Warning, "A client could not be told of heads: {Kind}, {Reason}")]
    private static partial void TellFailure(ILogger log, StorageErrorKind kind, string reason);
}
