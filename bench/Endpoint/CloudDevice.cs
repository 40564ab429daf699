using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.EndpointBench;

/// <summary>
/// What a device of the reference engine is on the wire: for each put the address of a file, the file, and its head; for each head that it is told the address of that file, and the file; and for each
/// hundred puts in its log a compaction.
/// </summary>
/// <remarks>
/// Files are not sealed, and each holds an event, a shard and a document of its own. Compactions are in tiers, as those of this project's devices: the reference engine's hold all events that there ever were, which
/// would be some 40 GB of files within ten minutes.
/// </remarks>
internal sealed class CloudDevice : IAsyncDisposable
{
    private const int MostPuts = 100;
    private const int MostMerged = 10;
    private const int DocumentLength = 500;

    private readonly ClientWebSocket _socket = new();
    private readonly HttpClient _http;
    private readonly string _token;
    private readonly string _place;
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CloudCommit> _begun;
    private readonly Lock _gate = new();
    private readonly List<CloudCommit> _log = [];
    private readonly Dictionary<Cid, CloudChange> _clock = [];
    private readonly ConcurrentDictionary<string, bool> _own = new(StringComparer.Ordinal);
    private ImmutableArray<Cid> _heads = [];
    private Task _listening = Task.CompletedTask;
    private string _connection = "";
    private int _exchanges;

    private CloudDevice(HttpClient http, string token, string tenant, string ledger, ConcurrentDictionary<string, CloudCommit> begun)
    {
        _http = http;
        _token = token;
        _begun = begun;
        _place = $"\"tenant\":{{\"tenant\":\"{tenant}\",\"ledger\":\"{ledger}\"}}";
        _socket.Options.Proxy = null;
    }

    /// <summary>How long it took until a head that another device had begun to put was told here, in milliseconds.</summary>
    public ConcurrentBag<double> Seen { get; } = [];

    /// <summary>Why files of others could not be read.</summary>
    public ConcurrentBag<string> Failures { get; } = [];

    /// <summary>Attaches one.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="http">Sends files.</param>
    /// <param name="token">Its token.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="begun">When which head was begun to be put, by whichever device.</param>
    public static async Task<CloudDevice> AttachAsync(Uri endpoint, HttpClient http, string token, string tenant, string ledger, ConcurrentDictionary<string, CloudCommit> begun)
    {
        CloudDevice device = new(http, token, tenant, ledger, begun);
        await device._socket.ConnectAsync(new UriBuilder(endpoint) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        device._listening = device.ListenAsync();
        using JsonDocument opened = JsonDocument.Parse(await device.AskAsync("reqOpen", $$""","conn":{"reqId":"z{{RandomNumberGenerator.GetHexString(8)}}"}"""));
        device._connection = ",\"conn\":" + opened.RootElement.GetProperty("conn").GetRawText();
        _ = await device.AskAsync("bindGetMeta", device.About("GET", "meta", "main"));
        return device;
    }

    /// <summary>Puts a document: its file, and the head that names it. Now and then a compaction follows.</summary>
    /// <param name="intended">When it was to begin; from there it is counted until others see it.</param>
    public async Task PutAsync(long intended)
    {
        byte[] content = [0x59, DocumentLength >> 8, DocumentLength & 255, .. RandomNumberGenerator.GetBytes(DocumentLength)];
        Block document = Block.Of(CidCodec.DagCbor, content);
        string key = document.Cid.ToString();
        Shard shard = Shard.Create("", [new ShardEntry(key, document.Cid)]);
        CarHeader header;
        CloudChange change;
        lock (_gate)
        {
            change = new CloudChange(ClockEvent.Put(key, document.Cid, shard.Block.Cid, _clock.Keys), shard.Block, document);
            header = new CarHeader([.. _log.Select(static commit => commit.Group)], [change.Event.Cid], []);
        }

        CloudCommit stored = await StoreAsync(intended, 0, header, [change], ImmutableDictionary<Cid, CloudChange>.Empty.Add(change.Event.Cid, change));
        lock (_gate)
        {
            Follow(change);
            _log.Insert(0, stored);
            if (_log.Count(static commit => commit.Level == 0) <= MostPuts)
                return;
        }

        await CompactAsync();
    }

    /// <summary>Asks for the addresses of so many files at once.</summary>
    /// <returns>How long it took until all were answered.</returns>
    public async Task<TimeSpan> AskForManyAsync(int count)
    {
        string[] keys = [.. Enumerable.Range(0, count).Select(static _ => Cid.Of(CidCodec.Car, RandomNumberGenerator.GetBytes(8)).ToString())];
        long begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(keys.Select(key => AskAsync("reqPutData", About("PUT", "car", key))));
        return Stopwatch.GetElapsedTime(begin);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _listening;
        _socket.Dispose();
        _ending.Dispose();
        _sending.Dispose();
    }

    private void Follow(CloudChange change)
    {
        foreach (Cid parent in change.Event.Parents)
            _ = _clock.Remove(parent);
        _clock[change.Event.Cid] = change;
    }

    private async Task CompactAsync()
    {
        CarHeader header;
        CloudChange[] heads;
        ImmutableDictionary<Cid, CloudChange>.Builder events = ImmutableDictionary.CreateBuilder<Cid, CloudChange>();
        int level;
        lock (_gate)
        {
            level = _log.Count(static commit => commit.Level == 1) < MostMerged ? 1 : 2;
            CloudCommit[] merged = [.. _log.Where(commit => commit.Level < level)];
            foreach (CloudCommit commit in merged)
                events.AddRange(commit.Changes);
            heads = [.. _clock.Values];
            header = new CarHeader([.. _log.Except(merged).Select(static commit => commit.Group)], [.. _clock.Keys], [.. merged.Select(static commit => commit.Group)]);
        }

        CloudCommit stored = await StoreAsync(0, level, header, heads, events.ToImmutable());
        lock (_gate)
        {
            _ = _log.RemoveAll(commit => header.Compact.Contains(commit.Group));
            _log.Insert(0, stored);
        }
    }

    private async Task<CloudCommit> StoreAsync(long intended, int level, CarHeader header, CloudChange[] heads, ImmutableDictionary<Cid, CloudChange> events)
    {
        Block last = header.ToBlock();
        byte[] file = CarWriter.Write([last.Cid], [last, .. events.Values.Select(static change => change.Event.Block), .. heads.SelectMany(static head => (Block[])[head.Shard, head.Document])]);
        CloudCommit commit = new(intended, new CarGroup([Cid.Of(CidCodec.Car, file)]), level, header.Compact, events);
        ImmutableArray<Cid> parents = _heads;
        MetaEntry head = MetaPayload.Write(commit.Group, parents);
        _own[head.Cid.ToString()] = true;
        _begun[head.Cid.ToString()] = commit;
        using (ByteArrayContent body = new(file))
        using (HttpResponseMessage stored = await _http.PutAsync(await AddressAsync("reqPutData", "PUT", commit.Group.First), body))
            _ = stored.EnsureSuccessStatusCode();
        string meta = $$"""{"metas":[{"cid":"{{head.Cid}}","parents":[{{string.Join(',', parents.Select(static parent => $"\"{parent}\""))}}],"data":"M{{Convert.ToBase64String(head.Data.Span)}}"}],"keys":[]}""";
        _ = await AskAsync("reqPutMeta", About("PUT", "meta", "main") + ",\"meta\":" + meta);
        return commit;
    }

    private async Task<Uri> AddressAsync(string question, string method, Cid file)
    {
        using JsonDocument address = JsonDocument.Parse(await AskAsync(question, About(method, "car", file.ToString())));
        return new Uri(address.RootElement.GetProperty("signedUrl").GetString()!);
    }

    // A device that is behind reads file after file; here the next head is taken in while the former's file is fetched.
    private async Task TakeInAsync(string name)
    {
        if (!_begun.TryRemove(name, out CloudCommit? commit))
            return;
        try
        {
            byte[] file = await _http.GetByteArrayAsync(await AddressAsync("reqGetData", "GET", commit.Group.First), _ending.Token);
            if (!commit.Group.First.Names(file))
                throw new InvalidOperationException("a file came back changed");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or InvalidOperationException or TimeoutException)
        {
            if (!_ending.IsCancellationRequested)
                Failures.Add(failure.Message);
            return;
        }

        if (commit.Intended != 0)
            Seen.Add(Stopwatch.GetElapsedTime(commit.Intended).TotalMilliseconds);
        lock (_gate)
        {
            _ = _log.RemoveAll(former => commit.Replaced.Contains(former.Group));
            _log.Insert(0, commit);
            if (commit.Level == 0)
                Follow(commit.Changes.Values.Single());
        }
    }

    private string About(string method, string store, string key) =>
        $$"""{{_connection}},{{_place}},"methodParam":{"method":"{{method}}","store":"{{store}}"},"urlParam":{"key":"{{key}}","store":"{{store}}"}""";

    private async Task<string> AskAsync(string type, string more)
    {
        string exchange = "t" + Interlocked.Increment(ref _exchanges).ToString(CultureInfo.InvariantCulture);
        byte[] message = Encoding.UTF8.GetBytes($$$"""{"tid":"{{{exchange}}}","type":"{{{type}}}","version":"FP-MSG-1.0","auth":{"type":"fp-cloud-jwk","params":{"jwk":"{{{_token}}}"}}{{{more}}}}""");
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[exchange] = answer;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        finally
        {
            _ = _sending.Release();
        }

        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task ListenAsync()
    {
        byte[] message = new byte[1 << 20];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    if (length == message.Length)
                        Array.Resize(ref message, 2 * length);
                    received = await _socket.ReceiveAsync(message.AsMemory(length), _ending.Token);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close)
                    throw new InvalidOperationException("the endpoint closed a socket");
                Hear(message.AsMemory(0, length));
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
        catch (Exception broken) when (broken is WebSocketException or InvalidOperationException or JsonException or KeyNotFoundException or FormatException)
        {
            foreach (TaskCompletionSource<string> waiting in _open.Values)
                _ = waiting.TrySetException(broken);
        }
    }

    private void Hear(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument message = JsonDocument.Parse(utf8);
        JsonElement root = message.RootElement;
        string type = root.GetProperty("type").GetString()!;
        if (type == "eventGetMeta")
        {
            ImmutableArray<Cid>.Builder heads = ImmutableArray.CreateBuilder<Cid>();
            foreach (JsonElement entry in root.GetProperty("meta").GetProperty("metas").EnumerateArray())
            {
                string name = entry.GetProperty("cid").GetString()!;
                heads.Add(Cid.Parse(name));
                CarGroup group = MetaPayload.Read(new MetaEntry(heads[^1], [], Convert.FromBase64String(entry.GetProperty("data").GetString()![1..])));
                lock (_gate)
                {
                    if (_log.Exists(commit => commit.Group.Equals(group)))
                        continue;
                }

                if (!_own.TryRemove(name, out _))
                    _ = TakeInAsync(name);
            }

            if (heads.Count > 0)
                _heads = heads.ToImmutable();
        }

        if (root.GetProperty("tid").GetString() is { } exchange && _open.TryRemove(exchange, out TaskCompletionSource<string>? answer))
        {
            if (type == "error")
                answer.SetException(new InvalidOperationException(root.GetProperty("message").GetString()));
            else
                answer.SetResult(Encoding.UTF8.GetString(utf8.Span));
        }
    }
}
