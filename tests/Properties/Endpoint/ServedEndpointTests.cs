using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.Http;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>What only a server of its own shows: limits of its connections, logs, traces, a second one beside it.</summary>
public sealed class ServedEndpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Headers_that_are_too_long_are_refused()
    {
        await using ServedProcess served = await ServeAsync("--max-header", "4096");
        using HttpClient client = new();
        foreach ((int length, HttpStatusCode status) in ((int, HttpStatusCode)[])[(1000, HttpStatusCode.OK), (5000, HttpStatusCode.RequestHeaderFieldsTooLarge)])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(served.Address, "/v1/notes/heads"));
            request.Headers.Add("X-Long", new string('x', length));
            using HttpResponseMessage answer = await client.SendAsync(request, Token);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_caller_that_sends_too_slowly_is_cut_off_and_nothing_of_its_object_is_there()
    {
        await using ServedProcess served = await ServeAsync("--min-rate", "1000000");
        using TcpClient slow = new();
        await slow.ConnectAsync("127.0.0.1", served.Address.Port, Token);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("PUT /v1/notes/objects/slow HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\nonly this"), Token);
        using StreamReader reader = new(stream);
        Assert.StartsWith("HTTP/1.1 408", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        Assert.Null(await gateway.HeadAsync("slow", Token));
        Assert.Empty((await gateway.ListAsync("", null, 10, Token)).Objects);
    }

    [Fact]
    public async Task A_caller_that_takes_too_slowly_is_cut_off()
    {
        await using ServedProcess served = await ServeAsync("--min-rate", "100000000");
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        const int Length = 50_000_000;
        _ = await gateway.PutAsync("large", new byte[Length], PutCondition.None, Token);
        using TcpClient slow = new() { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync("127.0.0.1", served.Address.Port, Token);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync("GET /v1/notes/objects/large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray(), Token);

        // It takes nothing until the server has given up: then less than the whole is left to take.
        await ThrottledAsync(served);
        long taken = 0;
        byte[] buffer = new byte[1 << 20];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, Token)) > 0)
                taken += read;
        }
        catch (IOException)
        {
        }

        Assert.True(taken < Length, $"{taken} bytes came");
    }

    [Fact]
    public async Task Logs_are_lines_of_json_that_name_the_request_and_no_secret()
    {
        // Its store is a server that is not there.
        await using ServedProcess served = await ServedProcess.StartAsync(
            "--data", $"dav+{FakeServer.Nowhere()}x", "--meta", "sqlite:" + _folder.At("heads.sqlite"), "--trust", _folder.Write("keys.json", Tokens.KeySet));
        string token = Tokens.Make("fireproof:notes:write");
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.ClientWith(token));
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("data/y", new byte[1], PutCondition.None, Token));
        _ = await served.InterruptAsync("INT");
        JsonElement[] lines = [.. served.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
        JsonElement told = Assert.Single(lines, static line => line.GetProperty("Category").GetString()!.EndsWith("RequestPipeline", StringComparison.Ordinal));
        Assert.Equal("Warning", told.GetProperty("LogLevel").GetString());
        Assert.EndsWith("Z", told.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
        JsonElement state = told.GetProperty("State");
        Assert.Equal("putObject", state.GetProperty("Route").GetString());
        Assert.Contains(state.GetProperty("RequestId").GetString()!, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, served.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_go_to_the_collector_that_the_environment_names_and_hold_no_secret()
    {
        TaskCompletionSource<byte[]> traces = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeServer collector = new(async request =>
        {
            if (request is { Method: "POST", Target: "/v1/traces" })
                _ = traces.TrySetResult(await request.ReadBodyAsync());
            await request.AnswerAsync("200 OK\nContent-Type: application/x-protobuf");
        });
        await using ServedProcess served = await ServedProcess.StartAsync(
            [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address.ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_SERVICE_NAME", "my-endpoint")],
            ["--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"), "--trust", _folder.Write("keys.json", Tokens.KeySet)]);
        string token = Tokens.Make("fireproof:notes:read");
        await using HttpMetadataGateway gateway = new(served.Address, "notes", EndpointServer.ClientWith(token));
        _ = await gateway.ReadAsync(Token);
        string body = Encoding.Latin1.GetString(await traces.Task.WaitAsync(Token));
        foreach (string part in (string[])["getHeads", "my-endpoint", "FireproofBench.Endpoint", "http.response.status_code"])
            Assert.Contains(part, body, StringComparison.Ordinal);
        Assert.DoesNotContain(token, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_on_one_file_lose_nothing_and_push_each_others_changes()
    {
        const int Writers = 8;
        const int Events = 25;
        await using ServedProcess here = await ServeAsync();
        await using ServedProcess there = await ServeAsync();
        HttpMetadataGateway[] gateways = [new(here.Address, "notes", EndpointServer.Client), new(there.Address, "notes", EndpointServer.Client)];
        try
        {
            await using IAsyncEnumerator<MetaReading> heard = gateways[1].SubscribeAsync(Token).GetAsyncEnumerator(Token);
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
            {
                for (int number = 0; number < Events; number++)
                {
                    // Each event goes to the other endpoint than the one before.
                    MetaEntry entry = PublisherProgram.Event(writer, number);
                    await gateways[number % 2].PublishAsync(entry, entry.Parents, Token);
                    MetaReading reading = await gateways[(number + 1) % 2].ReadAsync(Token);
                    Assert.Contains(reading.Entries, e => e.Cid == entry.Cid);
                }
            }));
            Cid[] last = [.. Enumerable.Range(0, Writers).Select(static writer => PublisherProgram.Event(writer, Events - 1).Cid).Order()];
            foreach (HttpMetadataGateway gateway in gateways)
                Assert.Equal(last, (await gateway.ReadAsync(Token)).Entries.Select(static e => e.Cid).Order());
            do
                Assert.True(await heard.MoveNextAsync());
            while (!heard.Current.Entries.Select(static e => e.Cid).Order().SequenceEqual(last));
        }
        finally
        {
            foreach (HttpMetadataGateway gateway in gateways)
                await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_full_disk_is_no_space_and_nothing_partial_is_visible()
    {
        await using SmallDisk disk = await SmallDisk.RequireAsync(4 << 20);
        await using ServedProcess served = await ServedProcess.StartAsync("--data", disk.At("objects"), "--meta", "sqlite:" + disk.At("heads.sqlite"));
        await using HttpDataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        await using HttpMetadataGateway heads = new(served.Address, "notes", EndpointServer.Client);
        MetaEntry head = PublisherProgram.Event(0, 0);
        await heads.PublishAsync(head, [], Token);

        // Whole ones and one that is passed on as it comes.
        List<string> stored = [];
        foreach ((string name, int length) in ((string, int)[])[("small", 200_000), ("large", 3_000_000), ("tiny", 2_000)])
        {
            StorageException? full = null;
            for (int i = 0; full is null; i++)
            {
                string key = $"{name}{i}";
                full = await TryAsync(async () => _ = await gateway.PutAsync(key, Content(length), PutCondition.None, Token));
                if (full is null)
                    stored.Add(key);
                else
                    Assert.Null(await gateway.GetAsync(key, null, Token));
            }

            Assert.Equal(StorageErrorKind.NoSpace, full.Kind);
            Assert.Contains("507", full.Message, StringComparison.Ordinal);
        }

        StorageException? noHead = null;
        for (int i = 1; noHead is null && i < 100_000; i++)
            noHead = await TryAsync(async () => await heads.PublishAsync(PublisherProgram.Event(i, 0), [], Token));
        Assert.Equal(StorageErrorKind.NoSpace, noHead?.Kind);
        Assert.Contains((await heads.ReadAsync(Token)).Entries, e => e.Cid == head.Cid);
        Assert.Equal(stored.Order(StringComparer.Ordinal), (await gateway.ListAsync("", null, 1000, Token)).Objects.Select(static o => o.Key));
        foreach (string key in stored)
        {
            byte[] content = (await gateway.GetAsync(key, null, Token))!.Bytes.ToArray();
            Assert.Equal(Content(content.Length), content);
        }

        // Room that is made is used at once.
        Assert.True(await gateway.DeleteAsync(stored[0], null, Token));
        _ = await gateway.PutAsync("again", Content(10_000), PutCondition.None, Token);
        await heads.PublishAsync(PublisherProgram.Event(0, 1), [head.Cid], Token);
    }

    private Task<ServedProcess> ServeAsync(params string[] arguments) =>
        ServedProcess.StartAsync(["--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"), .. arguments]);

    // The server counts a request when it is done with it.
    private static async Task ThrottledAsync(ServedProcess served)
    {
        using HttpClient client = new();
        while (!(await client.GetStringAsync(new Uri(served.Address, "/metrics"), Token)).Contains("route=\"getObject\"", StringComparison.Ordinal))
            await Task.Delay(50, Token);
    }

    private static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static async Task<StorageException?> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (StorageException failure)
        {
            return failure;
        }
    }
}
