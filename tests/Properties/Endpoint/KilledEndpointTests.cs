using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>
/// Writers in several processes publish through an endpoint that is killed and started again meanwhile; at every read, each acknowledged event is a head or an
/// ancestor of one.
/// </summary>
/// <remarks>FIREPROOFBENCH_TEST_EVENTS makes it large: the number of events of all writers, 640 without it; FIREPROOFBENCH_TEST_WRITERS that of writers, 16 without it.</remarks>
public sealed class KilledEndpointTests
{
    private const int Processes = 4;
    private const int Kills = 2;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_on_sqlite()
    {
        using TemporaryFolder folder = new();
        await RunAsync(folder, "sqlite:" + folder.At("heads.sqlite"), []);
    }

    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_on_postgres()
    {
        using TemporaryFolder folder = new();
        (string place, (string, string)[] environment) = PostgresServer.ForCommandLine(await PostgresServer.RequireDatabaseAsync());
        await RunAsync(folder, place, environment);
    }

    private static async Task RunAsync(TemporaryFolder folder, string meta, (string Name, string Value)[] environment)
    {
        int writers = Setting("FIREPROOFBENCH_TEST_WRITERS", 16);
        int events = (Setting("FIREPROOFBENCH_TEST_EVENTS", 640) + writers - 1) / writers;
        await using ServedProcess endpoint = await ServedProcess.StartAsync(environment, "--data", folder.At("objects"), "--meta", meta);
        ConcurrentDictionary<int, int> acknowledged = new();
        long total = 0;
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task all = Task.WhenAll(Enumerable.Range(0, Processes).Select(i => PublishAsync(
            new PublisherOrder(endpoint.Address, "shared", i * writers / Processes, writers / Processes, events),
            acknowledged,
            () => Interlocked.Increment(ref total),
            failed.Token)));
        try
        {
            await WatchAsync(endpoint, acknowledged, all, () => Interlocked.Read(ref total), (long)writers * events);
            await all;
        }
        finally
        {
            // A test that failed leaves no publishers behind.
            await failed.CancelAsync();
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await using HttpMetadataGateway reader = new(endpoint.Address, "shared", EndpointServer.Client);
        Assert.True(await CheckAsync(reader, acknowledged));
        Assert.Equal((long)writers * events, total);
        MetaReading end = await reader.ReadAsync(Token);
        Assert.Equal(
            Enumerable.Range(0, writers).Select(writer => (writer, events - 1)),
            end.Entries.Select(PublisherProgram.Read).Order());
        TestContext.Current.SendDiagnosticMessage($"{total} events of {writers} writers in {Processes} processes, {Kills} kills on {meta.Split(':')[0]}");
    }

    // Reads all the while, and kills the endpoint now and then.
    private static async Task WatchAsync(ServedProcess endpoint, ConcurrentDictionary<int, int> acknowledged, Task all, Func<long> total, long expected)
    {
        int reads = 0;
        await using HttpMetadataGateway reader = new(endpoint.Address, "shared", EndpointServer.Client);
        for (int kills = 0; !all.IsCompleted || (reads == 0 && !all.IsFaulted);)
        {
            reads += await CheckAsync(reader, acknowledged) ? 1 : 0;
            if (kills < Kills && total() > expected * (kills + 1) / (Kills + 1))
            {
                await endpoint.KillAsync();
                await endpoint.StartAsync();
                kills++;
            }
        }
    }

    // What was acknowledged before the reading began must be in it.
    private static async Task<bool> CheckAsync(HttpMetadataGateway reader, ConcurrentDictionary<int, int> acknowledged)
    {
        KeyValuePair<int, int>[] before = acknowledged.ToArray();
        MetaReading reading;
        try
        {
            reading = await reader.ReadAsync(Token);
        }
        catch (StorageException outage) when (outage.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
        {
            return false;
        }

        Dictionary<int, int> heads = [];
        foreach (MetaEntry entry in reading.Entries)
        {
            (int writer, int number) = PublisherProgram.Read(entry);
            Assert.True(heads.TryAdd(writer, number), $"writer {writer} has two heads");
        }

        foreach ((int writer, int number) in before)
            Assert.True(heads.GetValueOrDefault(writer, -1) >= number, $"event {number} of writer {writer} is gone: its head is {heads.GetValueOrDefault(writer, -1)}");
        return true;
    }

    private static async Task PublishAsync(PublisherOrder order, ConcurrentDictionary<int, int> acknowledged, Action count, CancellationToken end)
    {
        using Process process = order.Start();
        await using CancellationTokenRegistration kill = end.Register(process.Kill);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(end) is { } line)
        {
            int[] parts = [.. line.Split(' ').Skip(1).Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
            acknowledged[parts[0]] = parts[1];
            count();
        }

        await process.WaitForExitAsync(end);
        Assert.True(process.ExitCode == 0, await error);
    }

    private static int Setting(string name, int fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
