using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Cloud;

/// <summary>What a check of the cloud protocol has in its hands: an endpoint, ledgers of its own, tokens, clients, seeded chance, and a place for notes.</summary>
internal sealed class CloudContext : IAsyncDisposable
{
    private static readonly TimeSpan s_fileWithin = TimeSpan.FromSeconds(30);

    // What the slowest link that is of any use takes for a byte.
    private static readonly TimeSpan s_byteWithin = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan s_tokenLife = TimeSpan.FromHours(2);

    private readonly string _clauseId;
    private readonly string _tenant;
    private readonly RunJournal _journal;
    private readonly CloudTraffic _traffic;
    private readonly ConcurrentStack<CloudWire> _wires = [];
    private readonly ConcurrentDictionary<string, CloudLedgerName> _ledgers = new(StringComparer.Ordinal);
    private JsonObject? _gestalt;

    /// <summary>For one check.</summary>
    /// <param name="clause">The clause.</param>
    /// <param name="subject">The endpoint.</param>
    /// <param name="request">Seed and budget.</param>
    /// <param name="journal">Takes notes.</param>
    /// <param name="traffic">Sends and counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the check.</param>
    public CloudContext(Clause clause, CloudSubject subject, ConformanceRequest request, RunJournal journal, CloudTraffic traffic, TimeProvider time, CancellationToken cancellation)
    {
        _clauseId = clause.Id;
        _journal = journal;
        _traffic = traffic;
        Subject = subject;
        Budget = request.Budget;
        Time = time;
        Cancellation = cancellation;
        Dice = new Dice(request.Seed, clause.Id);

        // A ledger cannot be removed by the protocol: those of a run have names that no other run has, whatever its seed.
        _tenant = $"conform-{traffic.Run}";
    }

    /// <summary>The endpoint.</summary>
    public CloudSubject Subject { get; }

    /// <summary>How much may be asked of it.</summary>
    public Budget Budget { get; }

    /// <summary>Seeded by run and clause.</summary>
    public Dice Dice { get; }

    /// <summary>The clock of the run.</summary>
    public TimeProvider Time { get; }

    /// <summary>Ends the check: its deadline, or the user.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>How long it is listened for what must not come: some times what an answer took, and a second at least, since endpoints may look for news only now and then.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Math.Clamp(10 * _traffic.SlowestAnswer.TotalMilliseconds, 1000, 3000));

    /// <summary>The longest that an answer took so far.</summary>
    public TimeSpan SlowestAnswer => _traffic.SlowestAnswer;

    /// <summary>The ledgers of the check so far: they stay.</summary>
    public IEnumerable<CloudLedgerName> Ledgers => _ledgers.Values;

    /// <summary>Ends the check as failed unless the condition holds.</summary>
    public static void Require(bool condition, FormattableString evidence) => ClauseContext.Require(condition, evidence);

    /// <summary>A message without a connection.</summary>
    public static JsonObject Message(string type, string token, string exchange = "t0") => new()
    {
        ["tid"] = exchange,
        ["auth"] = new JsonObject { ["type"] = "fp-cloud-jwk", ["params"] = new JsonObject { ["jwk"] = token } },
        ["type"] = type,
        ["version"] = "FP-MSG-1.0",
    };

    /// <summary>A message about a ledger.</summary>
    public static JsonObject About(JsonObject message, CloudLedgerName ledger, string method, string store, string key)
    {
        message["tenant"] = new JsonObject { ["tenant"] = ledger.Tenant, ["ledger"] = ledger.Ledger };
        message["methodParam"] = new JsonObject { ["method"] = method, ["store"] = store };
        message["urlParam"] = new JsonObject { ["key"] = key, ["store"] = store, ["tenant"] = ledger.Tenant, ["ledger"] = ledger.Ledger, ["name"] = "conform" };
        return message;
    }

    /// <summary>A question what the endpoint is.</summary>
    public static JsonObject Gestalt(string token)
    {
        JsonObject message = Message("reqGestalt", token);
        message["gestalt"] = new JsonObject
        {
            ["id"] = "conform",
            ["storeTypes"] = new JsonArray("meta", "car", "file", "wal"),
            ["httpEndpoints"] = new JsonArray("/fp"),
            ["wsEndpoints"] = new JsonArray("/ws"),
            ["encodings"] = new JsonArray("JSON"),
            ["protocolCapabilities"] = new JsonArray("reqRes", "stream"),
            ["auth"] = new JsonArray(),
            ["requiresAuth"] = false,
            ["reqTypes"] = new JsonArray(),
            ["resTypes"] = new JsonArray(),
            ["eventTypes"] = new JsonArray(),
        };
        return message;
    }

    /// <summary>Notes an oddity that breaks nothing.</summary>
    public void Quirk(string text) => _journal.AddQuirk(_clauseId, text);

    /// <summary>Notes how long an answer took.</summary>
    public void Note(TimeSpan took) => _traffic.Note(took);

    /// <summary>Counts a message.</summary>
    public void Count() => _traffic.Count(CloudTraffic.Kind.Message);

    /// <summary>A ledger of the check: empty when it is named for the first time.</summary>
    public CloudLedgerName Ledger(string name = "notes") => _ledgers.GetOrAdd(name, name => new CloudLedgerName(_tenant, $"{_clauseId}-{name}".ToLowerInvariant()));

    /// <summary>A token for a ledger.</summary>
    public string Token(CloudLedgerName ledger, string right = "write", DateTimeOffset? expires = null) => Token(right, expires, ledger);

    /// <summary>A token for several ledgers; the first is selected.</summary>
    public string Token(string right, DateTimeOffset? expires, params IReadOnlyList<CloudLedgerName> ledgers) => Subject.Issuer.Make(expires ?? Time.GetUtcNow() + s_tokenLife, right, ledgers);

    /// <summary>A client with a connection.</summary>
    public async Task<CloudWire> OpenAsync(CloudLedgerName ledger, string? token = null, JsonObject? connection = null)
    {
        CloudWire wire = await CloudWire.ConnectAsync(this, ledger, token ?? Token(ledger));
        _ = await wire.OpenAsync(connection);
        return wire;
    }

    /// <summary>A client that was told all heads of its ledger, and is told of new ones.</summary>
    public async Task<CloudWire> BoundAsync(CloudLedgerName ledger, string? token = null)
    {
        CloudWire wire = await OpenAsync(ledger, token);
        _ = await wire.BindAsync();
        return wire;
    }

    /// <summary>All that a new client is told of a ledger.</summary>
    public async Task<JsonObject> ReadAsync(CloudLedgerName ledger)
    {
        await using CloudWire reader = await OpenAsync(ledger);
        return await reader.BindAsync();
    }

    /// <summary>A file and a head that names it. Nothing is sent.</summary>
    /// <param name="parents">The heads that it follows.</param>
    public CloudCommit Commit(params ReadOnlySpan<CloudCommit> parents)
    {
        byte[] bytes = new byte[200 + Dice.Below(600)];
        Dice.Fill(bytes);
        Cid car = Cid.Of(CidCodec.Car, bytes);
        Cid[] names = new Cid[parents.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = parents[i].Head.Cid;
        return new CloudCommit(bytes, car, MetaPayload.Write(new CarGroup([car]), [.. names]));
    }

    /// <summary>A new key of a device, as it stands in messages.</summary>
    public (FileKey Key, string Text) NewKey()
    {
        FileKey key = FileKey.Create(Dice);
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        return (key, text[..PublishedKey.Of(key).WriteText(text)].ToString());
    }

    /// <summary>Uploads the file of a commit.</summary>
    public Task UploadAsync(CloudWire wire, CloudCommit commit) => UploadAsync(wire, wire.Ledger, commit);

    /// <summary>Uploads the file of a commit to a ledger.</summary>
    public async Task UploadAsync(CloudWire wire, CloudLedgerName ledger, CloudCommit commit)
    {
        CloudAnswer answer = await SendAsync(HttpMethod.Put, await wire.AddressAsync("PUT", commit.Key, ledger: ledger), commit.Bytes);
        Require(answer.IsSuccess, $"the upload of a file of {commit.Bytes.Length} bytes was answered with the status {answer.Code}");
    }

    /// <summary>Makes a commit, uploads its file and publishes its head, in this order.</summary>
    public async Task<CloudCommit> StoreAsync(CloudWire wire, string key, params CloudCommit[] parents)
    {
        CloudCommit commit = Commit(parents);
        await UploadAsync(wire, commit);
        await wire.PublishAsync(commit, key);
        return commit;
    }

    /// <summary>Fails unless a client gets exactly these bytes.</summary>
    public async Task ReadsAsync(CloudWire wire, CloudCommit commit, string what)
    {
        CloudAnswer answer = await SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", commit.Key));
        Require(answer.Code == 200, $"the file {Printable.Key(commit.Key)} was answered with the status {answer.Code} {what}");
        Require(ClauseContext.Difference(answer.Bytes, commit.Bytes) is null, $"the file {Printable.Key(commit.Key)} had {ClauseContext.Difference(answer.Bytes, commit.Bytes)} {what}");
    }

    /// <summary>Sends a message as a request of its own.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Where to; null for where the gestalt is asked for.</param>
    public Task<CloudAnswer> PutAsync(JsonNode message, Uri? at = null) => PutAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), at);

    /// <summary>Sends some bytes as a message.</summary>
    public Task<CloudAnswer> PutAsync(byte[] bytes, Uri? at = null)
    {
        ByteArrayContent body = new(bytes);
        body.Headers.ContentType = new("application/json");
        return SendAsync(HttpMethod.Put, (at ?? Subject.Messages).ToString(), body, CloudTraffic.Kind.Message, Subject.AnswerWithin);
    }

    /// <summary>Sends a request for a file.</summary>
    public Task<CloudAnswer> SendAsync(HttpMethod method, string address, byte[]? body = null) =>
        SendAsync(method, address, body is null ? null : new ByteArrayContent(body), CloudTraffic.KindOf(method), s_fileWithin + (s_byteWithin * (body?.Length ?? 0)));

    /// <summary>Sends a request for a file, whose body comes from somewhere.</summary>
    public Task<CloudAnswer> SendAsync(HttpMethod method, string address, HttpContent body) => SendAsync(method, address, body, CloudTraffic.KindOf(method), s_fileWithin);

    /// <summary>Does something that is to be done within the time of an answer.</summary>
    /// <exception cref="ClauseViolation">It fails, or takes longer.</exception>
    public Task WithinAsync(Func<CancellationToken, Task> action, string what) => CloudTraffic.WithinAsync(action, what, Subject.AnswerWithin, Time, Cancellation);

    /// <summary>What the endpoint says that it is.</summary>
    /// <exception cref="ClauseViolation">It does not say.</exception>
    public async Task<JsonObject> GestaltAsync()
    {
        if (_gestalt is null)
        {
            JsonObject answer = (await PutAsync(Gestalt(Token(Ledger())))).Message;
            Require(answer.Text("type") == "resGestalt", $"reqGestalt was answered with {answer.Told()}");
            _gestalt = answer;
        }

        return _gestalt;
    }

    /// <summary>Where its WebSocket is; null when it offers requests alone.</summary>
    public async Task<Uri?> SocketAsync() => CloudTraffic.SocketsOf(await GestaltAsync(), Subject.Messages) is [var first, ..] ? first : null;

    /// <summary>Whether messages can be requests of their own.</summary>
    public async Task<bool> OffersRequestsAsync() => CloudTraffic.RequestsOf(await GestaltAsync(), Subject.Messages).Length > 0;

    /// <summary>Ends the check when the endpoint has no WebSocket, about which it is.</summary>
    /// <exception cref="CloudUnofferedException">It says that it has none.</exception>
    public async Task RequireSocketAsync() => _ = await SocketAsync() ?? throw new CloudUnofferedException("the endpoint offers no WebSocket (no 'stream' in its gestalt): clients send a request for each message");

    /// <summary>Ends the check when devices of this engine cannot speak with the endpoint: they send requests, and only listen on a WebSocket.</summary>
    /// <exception cref="CloudUnofferedException">It takes no requests.</exception>
    public async Task RequireRequestsAsync()
    {
        if (!await OffersRequestsAsync())
            throw new CloudUnofferedException("the endpoint takes messages on a WebSocket alone (no 'reqRes' in its gestalt), and the devices of this check send requests");
    }

    /// <summary>A client is there from now on, and is closed with the check.</summary>
    public void Opened(CloudWire wire) => _wires.Push(wire);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_wires.TryPop(out CloudWire? wire))
            await wire.DisposeAsync();
    }

    private Task<CloudAnswer> SendAsync(HttpMethod method, string address, HttpContent? body, CloudTraffic.Kind kind, TimeSpan within) =>
        _traffic.SendAsync(method, address, body, kind, within, Time, Cancellation);
}
