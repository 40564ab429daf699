using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>The clients of a recording, as they speak with an endpoint: they say what was recorded, in that order, and what the endpoint says is compared with what the recorded server said.</summary>
/// <remarks>
/// Tokens, the server's halves of connections, addresses of files and the files themselves are not those of the recording, of which it has no tokens and only the lengths of files. The endpoint
/// tells the author of heads too, holds heads back whose files are not there, and shows older heads beside newer ones: so all heads of a recorded event have to be told, and others may be, as far
/// as they were sent and their files have come. See <see cref="TraceDifferences"/> for what it does otherwise.
/// </remarks>
internal sealed class Replay : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _insteadOfPause = TimeSpan.FromMinutes(1);
    private static readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private readonly Trace _trace;
    private readonly TokenSigner _signer = new("cloud");
    private readonly TokenSigner _stranger = new("cloud");
    private readonly TemporaryFolder _folder = new();
    private readonly SetTime _clock = new();
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReplayLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly List<ReplayAddress> _addresses = [];
    private readonly List<ReplaySocket> _sockets = [];
    private readonly Dictionary<string, Queue<(JsonObject Question, Task<(HttpStatusCode Status, JsonObject Answer)> Answer)>> _requests = new(StringComparer.Ordinal);
    private readonly HashSet<TraceDifference> _found = [];
    private EndpointServer? _server;
    private JsonNode? _gestalt;

    /// <summary>A replay that has not begun.</summary>
    public Replay(Trace trace) => _trace = trace;

    /// <summary>How many recorded messages of the server, and of its answers to requests for files, were compared with the endpoint's.</summary>
    public int Compared { get; private set; }

    /// <summary>What was found otherwise than it was recorded.</summary>
    public IReadOnlySet<TraceDifference> Found => _found;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private EndpointServer Server => _server ?? throw new InvalidOperationException("The recording says nowhere that its server began.");

    // The recorded server answered below a path that its clients were set to. Of the endpoint's they are set to the one for messages.
    private string Prefix => _trace.Name == "17-base-path" ? "/base" : "";

    /// <summary>Replays all.</summary>
    public async Task RunAsync()
    {
        TimeSpan former = TimeSpan.Zero;
        foreach (TraceEntry entry in _trace.Entries)
        {
            try
            {
                // Nobody waits for a token to end: the endpoint's clock goes forward instead.
                if (entry.Time - former > _pause)
                    _clock.Shift += _insteadOfPause;
                former = entry.Time;
                foreach (ReplaySocket socket in _sockets)
                    socket.Hear();
                await StepAsync(entry);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                Assert.Fail($"{entry.Trace}, line {entry.Line}: {failed}");
            }
        }

        await SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ReplaySocket socket in _sockets)
            await socket.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
        _signer.Dispose();
        _stranger.Dispose();
    }

    private Task StepAsync(TraceEntry entry) => entry switch
    {
        { Event: "server-start" } => StartAsync(entry),
        { Event: "ws-close" } => CloseAsync(entry),
        { Event: "discarded" } => PutAsync(_addresses.First(static address => address is { Discards: true, Method: "PUT" }), entry),
        { Way: "upgrade" } => ConnectAsync(entry),
        { Message: not null, IsFromClient: true } => SayAsync(entry),
        { Message: not null, Type: "eventGetMeta", Way: "ws" } => CompareEventAsync(entry),
        { Message: not null } => CompareAsync(entry),
        { Method: "OPTIONS" } => PreflightAsync(entry),
        { Method: "PUT" } => PutAsync(AddressOf(entry), entry),
        { Method: "GET" } => GetAsync(AddressOf(entry), entry),
        _ => throw new InvalidOperationException("This line says nothing that is known."),
    };

    private async Task StartAsync(TraceEntry entry)
    {
        Assert.Equal(_trace.HasSocket, entry.Json["caps"]!.AsArray().Any(static way => (string?)way == "stream"));
        if (_server is null)
        {
            _server = await EndpointServer.StartAsync(Configure, services: SetClock, prefix: Prefix);
            return;
        }

        await SettleAsync();
        int port = _server.Address.Port;
        await _server.StopAsync();
        await _server.DisposeAsync();
        foreach (ReplaySocket socket in _sockets)
        {
            await socket.EndAsync();
            await socket.DisposeAsync();
        }

        _sockets.Clear();
        _server = await EndpointServer.RestartAsync(port, Configure, SetClock, Prefix);
    }

    private void SetClock(IServiceCollection services) => services.AddSingleton<TimeProvider>(_clock);

    private void Configure(EndpointOptions options)
    {
        string objects = Directory.CreateDirectory(_folder.At("objects")).FullName;
        options.Data = _ => new FileDataGateway(objects, EndpointServer.Client);
        options.Heads = _ => new SqliteHeadStore(_folder.At("heads.sqlite"), TimeProvider.System);
        options.Cloud = new CloudOptions
        {
            Keys = KeySource.FromJson(_signer.Jwk),
            OffersSocket = _trace.HasSocket,

            // The recorded server refused what a token may not write there.
            DiscardsForbiddenWrites = _trace.Name != "04d-readonly",
            ClockSkew = TimeSpan.Zero,
        };
    }

    private async Task SettleAsync()
    {
        foreach (ReplaySocket socket in _sockets)
            await socket.SettleAsync();
        Assert.Equal(0, _requests.Values.Sum(static requests => requests.Count));
    }

    private async Task ConnectAsync(TraceEntry entry)
    {
        string[] parts = entry.Url.Split('?');
        string path = (string?)_gestalt?["wsEndpoints"]?[0] ?? Prefix + parts[0];
        _sockets.Add(await ReplaySocket.OpenAsync(new UriBuilder(new Uri(Server.Address, path)) { Scheme = "ws", Query = parts[1] }.Uri, entry.Header("origin")));
    }

    private async Task CloseAsync(TraceEntry entry)
    {
        ReplaySocket socket = _sockets[(int)entry.Socket! - 1];
        await socket.SettleAsync();
        await socket.CloseAsync(isGone: entry.Code == 1006);
    }

    // What is sent has the place of what was recorded: a token that is as good or bad, and the name of the connection that the endpoint gave.
    private JsonObject Translate(JsonObject recorded)
    {
        JsonObject message = recorded.DeepClone().AsObject();
        JsonNode credentials = message["auth"]!["params"]!;
        string token = (string)credentials["jwk"]!;
        if (!_tokens.TryGetValue(token, out string? ours))
            _tokens[token] = ours = TraceTokens.Make(token, _signer, _stranger);
        credentials["jwk"] = ours;
        if ((string?)message["conn"]?["resId"] is { } connection && _connections.TryGetValue(connection, out string? known))
            message["conn"]!["resId"] = known;
        return message;
    }

    private async Task SayAsync(TraceEntry entry)
    {
        JsonObject question = Translate(entry.Message!);
        string outcome = Expect(entry.Trace, entry.Type, _trace.AnswerTo(entry)?.Type ?? TraceDifferences.Nothing);
        if (outcome == "resPutMeta" && !TraceTokens.MayOnlyRead((string)entry.Message!["auth"]!["params"]!["jwk"]!))
            LedgerOf(question).Add(question["meta"]!);
        if (entry.Way == "http")
        {
            if (!_requests.TryGetValue(entry.Exchange!, out Queue<(JsonObject Question, Task<(HttpStatusCode Status, JsonObject Answer)> Answer)>? requests))
                _requests[entry.Exchange!] = requests = new();
            string path = entry.Type == "reqGestalt" ? Prefix + "/fp" : (string)_gestalt!["httpEndpoints"]![0]!;
            requests.Enqueue((question, RequestAsync(new Uri(Server.Address, path), question, entry.Header("origin"))));
            return;
        }

        ReplaySocket socket = _sockets[(int)entry.Socket! - 1];
        await (outcome == "eventGetMeta" ? socket.BindAsync(question, LedgerOf(question)) : socket.AskAsync(question));
    }

    private static async Task<(HttpStatusCode Status, JsonObject Answer)> RequestAsync(Uri address, JsonObject question, string? origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, address) { Content = new StringContent(question.ToJsonString(), Encoding.UTF8, "application/json") };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        RequireOpenToAllPages(response);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ending))!.AsObject());
    }

    private async Task CompareAsync(TraceEntry entry)
    {
        JsonObject answer;
        JsonObject question;
        if (entry.Way == "http")
        {
            (question, Task<(HttpStatusCode, JsonObject)> coming) = _requests[entry.Exchange!].Dequeue();
            (HttpStatusCode status, answer) = await coming;
            TraceAnswer.CheckRepeats(answer, question);
            Assert.Equal((string?)answer["type"] == "error" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, status);
            if ((string?)answer["type"] == entry.Type)
                Assert.Equal(entry.Status, (int)status);
        }
        else
        {
            (answer, question) = await _sockets[(int)entry.Socket! - 1].AnswerAsync(entry.Exchange!);
        }

        Compared++;
        string type = Expect(entry.Trace, (string)question["type"]!, entry.Type);
        Assert.Equal(type, (string?)answer["type"]);
        if (type == entry.Type)
            RequireShape(entry, answer);
        switch (type)
        {
            case "resGestalt":
                _gestalt = answer["gestalt"]!;
                Assert.Equal(entry.Message!["gestalt"]!["protocolCapabilities"]!.ToJsonString(), _gestalt["protocolCapabilities"]!.ToJsonString());
                break;
            case "resOpen" when entry.Type == type:
                _connections[(string)entry.Message!["conn"]!["resId"]!] = (string)answer["conn"]!["resId"]!;
                break;
            case "resPutMeta" when entry.Type == type:
                RequireKeys(entry, KeysOf(answer["meta"]!), LedgerOf(question));
                break;
            case "resPutData" or "resGetData":
                RememberAddress(entry, answer, question);
                break;
            case "eventGetMeta":
                CompareState(entry, answer, LedgerOf(question));
                break;
        }
    }

    private void RememberAddress(TraceEntry entry, JsonObject answer, JsonObject question)
    {
        Uri ours = new((string)answer["signedUrl"]!, UriKind.Absolute);
        Assert.Equal((Server.Address.Scheme, Server.Address.Authority), (ours.Scheme, ours.Authority));
        if (entry.Type == (string?)answer["type"])
            _addresses.Add(new ReplayAddress((string)question["methodParam"]!["method"]!, new Uri((string)entry.Message!["signedUrl"]!), ours, LedgerOf(question), (string)question["urlParam"]!["key"]!));
    }

    // Without a socket each event has all.
    private static void CompareState(TraceEntry entry, JsonObject answer, ReplayLedger ledger)
    {
        JsonNode meta = answer["meta"]!;
        Assert.Empty(ledger.FaultsOf(meta));
        Assert.Equal(ledger.Shown.Order(StringComparer.Ordinal), HeadsOf(meta).Order(StringComparer.Ordinal));
        if (entry.Type != "eventGetMeta")
            return;
        Assert.Subset(HeadsOf(meta), HeadsOf(entry.Message!["meta"]!));
        RequireKeys(entry, KeysOf(meta), ledger);
    }

    private async Task CompareEventAsync(TraceEntry entry)
    {
        ReplaySocket socket = _sockets[(int)entry.Socket! - 1];
        ReplaySubscription subscription = socket.Subscription((string)entry.Message!["conn"]!["reqId"]!, entry.Message["tenant"] is { } ledger ? LedgerOf(ledger) : null);
        Compared++;
        HashSet<string> expected = HeadsOf(entry.Message["meta"]!);
        if (expected.RemoveWhere(head => !subscription.Ledger.Shown.Contains(head)) > 0)
        {
            Assert.Equal(TraceDifferences.HeldBack, Expect(entry.Trace, "reqPutMeta", entry.Type));
            if (expected.Count == 0 && subscription.IsCompared)
                return;
        }

        HashSet<string> keys = KeysOf(entry.Message["meta"]!);
        await socket.HearAsync(
            () => subscription.First is not null && expected.IsSubsetOf(subscription.Heads) && keys.IsSubsetOf(subscription.Keys),
            $"an event with {expected.Count} heads and {keys.Count} keys, among them {string.Join(", ", [.. expected.Except(subscription.Heads), .. keys.Except(subscription.Keys)])},");
        if (!subscription.IsCompared)
        {
            // The first event answers the question, and has all at once.
            subscription.IsCompared = true;
            Assert.Subset(HeadsOf(subscription.First!["meta"]!), expected);
            RequireShape(entry, subscription.First);
        }

        RequireShape(entry, subscription.Last!);
        Assert.Subset(subscription.Ledger.Keys, subscription.Keys);
    }

    private async Task PreflightAsync(TraceEntry entry)
    {
        Uri address = entry.Url.StartsWith("/data/", StringComparison.Ordinal) ? _addresses.Last(known => known.Recorded.PathAndQuery == entry.Url).Ours : new Uri(Server.Address, Prefix + entry.Url);
        using HttpRequestMessage request = new(HttpMethod.Options, address);
        foreach (string name in (string[])["origin", "access-control-request-method", "access-control-request-headers"])
        {
            if (entry.Header(name) is { } value)
                request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        RequireOpenToAllPages(response);
        Assert.Contains(entry.Header("access-control-request-method"), string.Join(',', response.Headers.GetValues("Access-Control-Allow-Methods")).Split(','));
        if (entry.Header("access-control-request-headers") is { } wanted)
            Assert.Contains(wanted, string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
        Compared++;
    }

    private ReplayAddress AddressOf(TraceEntry entry) =>
        _addresses.First(address => address.Method == entry.Method && address.Recorded.AbsolutePath == entry.Url.Split('?')[0] && !address.Discards);

    private async Task PutAsync(ReplayAddress address, TraceEntry entry)
    {
        _addresses.Remove(address);
        Compared++;
        if (entry.Status is { } recorded && Expect(entry.Trace, "PUT", Text(recorded)) == TraceDifferences.Lost)
            return;
        byte[] bytes = new byte[entry.Size];
        new Random(entry.Line).NextBytes(bytes);
        using HttpRequestMessage request = new(HttpMethod.Put, address.Ours) { Content = new ByteArrayContent(bytes) };
        if (!address.Discards)
            address.Ledger.Files[address.Key] = bytes;
        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} where the recorded server said {entry.Status}");
        RequireOpenToAllPages(response);
        bool isStored = Directory.EnumerateFiles(_folder.At("objects"), "*", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length == bytes.Length && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes));
        Assert.Equal(!address.Discards, isStored);
    }

    private async Task GetAsync(ReplayAddress address, TraceEntry entry)
    {
        _addresses.Remove(address);
        Compared++;
        string expected = Expect(entry.Trace, "GET", Text((int)entry.Status!));
        using HttpResponseMessage response = await _http.GetAsync(address.Ours, Ending);
        Assert.Equal(expected, Text((int)response.StatusCode));
        RequireOpenToAllPages(response);
        Assert.Equal(expected == "200", address.Ledger.Files.TryGetValue(address.Key, out byte[]? bytes));
        if (bytes is not null)
            Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Ending));
    }

    private string Expect(string trace, string request, string recorded)
    {
        if (TraceDifferences.Find(trace, request, recorded) is not { } difference)
            return recorded;
        _found.Add(difference);
        return difference.Ours;
    }

    private ReplayLedger LedgerOf(JsonNode named)
    {
        string name = (named["tenant"] as JsonObject ?? named).ToJsonString();
        if (!_ledgers.TryGetValue(name, out ReplayLedger? ledger))
            _ledgers[name] = ledger = new ReplayLedger();
        return ledger;
    }

    private static void RequireShape(TraceEntry entry, JsonObject answer)
    {
        JsonObject recorded = entry.Message!.DeepClone().AsObject();

        // The source of an error is the request or a text, as the server likes.
        if (entry.Type == "error")
            _ = recorded.Remove("src");
        Assert.Empty(TraceShape.MissingIn(answer, recorded));
    }

    private static void RequireKeys(TraceEntry entry, HashSet<string> told, ReplayLedger ledger)
    {
        if (entry.Message!["meta"] is { } meta)
            Assert.Subset(told, KeysOf(meta));
        Assert.Subset(ledger.Keys, told);
    }

    private static void RequireOpenToAllPages(HttpResponseMessage response) => Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));

    private static HashSet<string> HeadsOf(JsonNode meta) => [.. meta["metas"]!.AsArray().Select(static head => (string)head!["cid"]!)];

    private static HashSet<string> KeysOf(JsonNode meta) => [.. meta["keys"]!.AsArray().Select(static key => (string)key!)];

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
