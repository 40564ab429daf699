using System.Net;
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
internal sealed partial class Replay : IAsyncDisposable
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

    private static void RequireOpenToAllPages(HttpResponseMessage response) => Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
