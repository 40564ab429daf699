using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Push as it goes over the wire, by a socket and a stream that know nothing of the gateway.</summary>
public sealed class PushTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_subscriber_goes_on_where_it_broke_off_and_misses_nothing(bool isSocket)
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        await writer.PublishAsync(Entry(0), [], Token);
        string cursor;
        await using (Listener first = await Listener.OpenAsync(server, "", isSocket))
        {
            JsonElement snapshot = await first.NextAsync();
            Assert.Equal(("snapshot", 1), (snapshot.GetProperty("type").GetString(), snapshot.GetProperty("heads").GetArrayLength()));
            await writer.PublishAsync(Entry(1), [Entry(0).Cid], Token);
            JsonElement change = await first.NextAsync();
            Assert.Equal(("change", snapshot.GetProperty("cursor").GetString()), (change.GetProperty("type").GetString(), change.GetProperty("since").GetString()));
            cursor = change.GetProperty("cursor").GetString()!;
        }

        await writer.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        await writer.PublishAsync(Entry(3), [], Token);
        await using Listener again = await Listener.OpenAsync(server, cursor, isSocket);
        JsonElement missed = await again.NextAsync();
        Assert.Equal(("change", cursor), (missed.GetProperty("type").GetString(), missed.GetProperty("since").GetString()));
        Assert.Equal([Entry(2).Cid, Entry(3).Cid], missed.GetProperty("added").EnumerateArray().Select(static e => Cid.Parse(e.GetProperty("cid").GetString()!)));
        Assert.Equal([Entry(1).Cid], missed.GetProperty("removed").EnumerateArray().Select(static e => Cid.Parse(e.GetString()!)));
        await using Listener current = await Listener.OpenAsync(server, missed.GetProperty("cursor").GetString()!, isSocket);
        Assert.Equal("cursor", (await current.NextAsync()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_moment_that_is_not_known_is_answered_by_all_heads(bool isSocket)
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        await writer.PublishAsync(Entry(0), [], Token);
        await using Listener listener = await Listener.OpenAsync(server, "another.17", isSocket);
        Assert.Equal("snapshot", (await listener.NextAsync()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Between_reading_and_subscribing_nothing_is_lost(bool isSocket)
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 1; i <= 200; i++)
                    await writer.PublishAsync(Entry(i), i == 1 ? [] : [Entry(i - 1).Cid], Token);
            },
            Token);
        await using HttpMetadataGateway reader = new(server.Address, "notes", EndpointServer.Client);
        MetaReading reading = await reader.ReadAsync(Token);
        await using Listener listener = await Listener.OpenAsync(server, reading.Version, isSocket);
        HashSet<string> heads = [.. reading.Entries.Select(static e => e.Cid.ToString())];
        string last = Entry(200).Cid.ToString();
        while (!heads.Contains(last))
        {
            JsonElement message = await listener.NextAsync();
            switch (message.GetProperty("type").GetString())
            {
                case "snapshot":
                    heads = [.. message.GetProperty("heads").EnumerateArray().Select(static e => e.GetProperty("cid").GetString()!)];
                    break;
                case "change":
                    heads.ExceptWith(message.GetProperty("removed").EnumerateArray().Select(static e => e.GetString()!));
                    heads.UnionWith(message.GetProperty("added").EnumerateArray().Select(static e => e.GetProperty("cid").GetString()!));
                    break;
            }
        }

        await writing;
        Assert.Equal([last], heads);
    }

    [Fact]
    public async Task Each_of_many_subscribers_hears_of_the_last_change_and_never_of_an_older_one_after_a_newer()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        List<Listener> all = [];
        for (int i = 0; i < 200; i++)
            all.Add(await Listener.OpenAsync(server, "", isSocket: i % 2 == 0));
        Task[] hearing = [.. all.Select(one => HearAsync(one, 20))];
        for (int i = 1; i <= 20; i++)
            await writer.PublishAsync(Entry(i), i == 1 ? [] : [Entry(i - 1).Cid], Token);
        await Task.WhenAll(hearing);
        foreach (Listener one in all)
            await one.DisposeAsync();

        static async Task HearAsync(Listener one, int last)
        {
            string? seen = null;
            for (int number = -1; number < last;)
            {
                JsonElement message = await one.NextAsync();
                string cursor = message.GetProperty("cursor").GetString()!;
                if (message.TryGetProperty("since", out JsonElement since))
                    Assert.Equal(seen, since.GetString());
                int next = int.Parse(cursor[(cursor.IndexOf('.') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(next > number, $"{next} after {number}");
                (seen, number) = (cursor, next);
            }
        }
    }

    [Fact]
    public async Task An_endpoint_that_closes_tells_sockets_so_and_ends_streams()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using Listener socket = await Listener.OpenAsync(server, "", isSocket: true);
        await using Listener stream = await Listener.OpenAsync(server, "", isSocket: false);
        _ = await socket.NextAsync();
        _ = await stream.NextAsync();
        Task stopping = server.StopAsync();
        Assert.Equal(1001, await socket.ClosedAsync());
        Assert.Null(await stream.ClosedAsync());
        await stopping;
    }

    [Fact]
    public async Task A_subscription_ends_with_its_token()
    {
        SteppedTime time = new();
        await using EndpointServer server = await EndpointServer.StartAsync(
            static options => options.Tokens = new TokenOptions { Keys = KeySource.FromJson(Tokens.KeySet) },
            services: services => services.AddSingleton<TimeProvider>(time));
        await using Listener socket = await Listener.OpenAsync(server, "", isSocket: true, Tokens.Make("fireproof:notes:read", life: TimeSpan.FromHours(1)));
        _ = await socket.NextAsync();
        time.Pass(TimeSpan.FromHours(2));
        Assert.Equal(4401, await socket.ClosedAsync());
    }

    [Fact]
    public async Task A_subscriber_that_takes_its_messages_too_slowly_is_told_so_and_cut_off()
    {
        SteppedTime time = new();
        TimeSpan patience = TimeSpan.FromSeconds(30);
        await using EndpointServer server = await EndpointServer.StartAsync(
            options => options.SendPatience = patience,
            services: services => services.AddSingleton<TimeProvider>(time));
        await using Listener slow = await Listener.OpenAsync(server, "", isSocket: true);
        _ = await slow.NextAsync();

        // More than all buffers on the way hold.
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        for (int i = 0; i < 40; i++)
        {
            byte[] data = [.. BitConverter.GetBytes(i), .. new byte[1_000_000]];
            await writer.PublishAsync(new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data), [], Token);
        }

        await time.WaitForTimerAsync(patience, Token);
        time.Pass(patience);
        Assert.Equal(4408, await slow.ClosedAsync());
    }

    [Fact]
    public async Task More_subscribers_than_are_served_are_refused_and_those_that_are_there_stay()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.MaxSubscriptions = 2);
        await using Listener first = await Listener.OpenAsync(server, "", isSocket: true);
        await using Listener second = await Listener.OpenAsync(server, "", isSocket: false);
        using HttpClient client = new();
        using HttpResponseMessage third = await client.GetAsync(new Uri(server.Address, "/v1/notes/events"), HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, third.StatusCode);
        await using HttpMetadataGateway writer = new(server.Address, "notes", EndpointServer.Client);
        await writer.PublishAsync(Entry(1), [], Token);
        foreach (Listener one in (Listener[])[first, second])
        {
            while ((await one.NextAsync()).GetProperty("type").GetString() != "change")
            {
            }
        }
    }

    [Fact]
    public async Task A_stream_without_news_shows_that_it_lives()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(static options => options.Heartbeat = TimeSpan.FromMilliseconds(50));
        using HttpClient client = new();
        await using Stream stream = await client.GetStreamAsync(new Uri(server.Address, "/v1/notes/events"), Token);
        using StreamReader reader = new(stream);
        string? line;
        while ((line = await reader.ReadLineAsync(Token)) is not null && !line.StartsWith(':'))
        {
        }

        Assert.Equal(": alive", line);
    }

    [Fact]
    public async Task Two_endpoints_on_one_file_push_each_others_changes()
    {
        using TemporaryFolder folder = new();
        string file = folder.At("heads.sqlite");
        await using EndpointServer here = await EndpointServer.StartAsync(options => options.Heads = _ => new SqliteHeadStore(file, TimeProvider.System));
        await using EndpointServer there = await EndpointServer.StartAsync(options => options.Heads = _ => new SqliteHeadStore(file, TimeProvider.System));
        await PushAcrossAsync(here, there);
    }

    [Fact]
    public async Task Two_endpoints_on_one_postgres_push_each_others_changes()
    {
        string database = await PostgresServer.RequireDatabaseAsync();
        await using EndpointServer here = await EndpointServer.StartAsync(options => options.Heads = _ => new PostgresHeadStore(database, TimeProvider.System));
        await using EndpointServer there = await EndpointServer.StartAsync(options => options.Heads = _ => new PostgresHeadStore(database, TimeProvider.System));
        await PushAcrossAsync(here, there);
    }

    private static async Task PushAcrossAsync(EndpointServer here, EndpointServer there)
    {
        await using Listener listener = await Listener.OpenAsync(there, "", isSocket: true);
        _ = await listener.NextAsync();
        await using HttpMetadataGateway writer = new(here.Address, "notes", EndpointServer.Client);
        for (int i = 1; i <= 20; i++)
        {
            await writer.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
            JsonElement told = await listener.NextAsync();
            Assert.Contains(Entry(i).Cid.ToString(), told.ToString(), StringComparison.Ordinal);
        }
    }

    private static MetaEntry Entry(int number)
    {
        byte[] data = Encoding.ASCII.GetBytes($"entry {number}");
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
    }

    /// <summary>A subscriber.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly ClientWebSocket _socket = new();
        private readonly HttpClient _client = new();
        private StreamReader? _stream;

        public static async Task<Listener> OpenAsync(EndpointServer server, string since, bool isSocket, string? token = null)
        {
            Listener listener = new();
            string query = since.Length > 0 && isSocket ? "?since=" + since : "";
            if (isSocket)
            {
                if (token is not null)
                    listener._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
                await listener._socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}/v1/notes/socket{query}"), Token);
                return listener;
            }

            if (since.Length > 0)
                listener._client.DefaultRequestHeaders.Add("Last-Event-ID", since);
            listener._stream = new StreamReader(await listener._client.GetStreamAsync(new Uri(server.Address, "/v1/notes/events"), Token));
            return listener;
        }

        public async Task<JsonElement> NextAsync()
        {
            if (_stream is null)
            {
                byte[] buffer = new byte[1 << 20];
                ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(buffer.AsMemory(), Token);
                Assert.Equal((WebSocketMessageType.Text, true), (received.MessageType, received.EndOfMessage));
                return JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement;
            }

            string id = "";
            while (await _stream.ReadLineAsync(Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
                if (!line.StartsWith("data: ", StringComparison.Ordinal))
                    continue;
                JsonElement message = JsonDocument.Parse(line[6..]).RootElement;
                Assert.Equal(id, message.GetProperty("cursor").GetString());
                return message;
            }

            throw new EndOfStreamException();
        }

        /// <summary>Waits for the end, and gives the code of a socket.</summary>
        public async Task<int?> ClosedAsync()
        {
            if (_stream is not null)
            {
                _ = await _stream.ReadToEndAsync(Token);
                return null;
            }

            while ((await _socket.ReceiveAsync(new byte[4096].AsMemory(), Token)).MessageType != WebSocketMessageType.Close)
            {
            }

            int? code = (int?)_socket.CloseStatus;
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
            return code;
        }

        public ValueTask DisposeAsync()
        {
            _socket.Dispose();
            _stream?.Dispose();
            _client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
