using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Load.Scenarios;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary>Load on an endpoint, where each database of a run stands beside the objects and not among them.</summary>
public sealed class LoadEndpointTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-endpoint-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("concurrent-writers", "fleet")]
    [InlineData("large-attachments", "files-1")]
    public async Task A_run_removes_its_databases_and_refuses_those_of_another_with_its_seed(string scenario, string database)
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        (int exit, string output, string error) = await RunAsync(server, scenario, "--keep");
        Assert.True(exit == 0, output + error);
        (int files, int heads) = await CountAsync(server, database);
        Assert.True(files > 0 && heads > 0);

        (exit, _, error) = await RunAsync(server, scenario);
        Assert.Equal(2, exit);
        Assert.Contains("Take another --seed, or remove them.", error, StringComparison.Ordinal);
        Assert.Equal((files, heads), await CountAsync(server, database));

        await using (HttpDeviceStore kept = Open(server, database))
            await kept.DestroyAsync(Token);
        foreach (string other in scenario == "large-attachments" ? new[] { "files-0" } : [])
        {
            await using HttpDeviceStore kept = Open(server, other);
            await kept.DestroyAsync(Token);
        }

        (exit, output, error) = await RunAsync(server, scenario);
        Assert.True(exit == 0, output + error);
        Assert.Equal((0, 0), await CountAsync(server, database));
        foreach (string run in Directory.GetDirectories(_folder.FullName))
        {
            using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(run, "run.json"), Token));
            JsonElement left = json.RootElement.GetProperty("leftovers");
            Assert.True(left.ValueKind == JsonValueKind.Null || left.GetArrayLength() == 0);
        }
    }

    [Fact]
    public async Task A_request_that_the_way_to_an_endpoint_repeats_by_itself_is_counted()
    {
        int puts = 0;
        BentGateway objects = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnPut = (store, key, body, condition, token) => key.Contains("/x", StringComparison.Ordinal) && Interlocked.Increment(ref puts) == 1
                ? throw new StorageException(StorageErrorKind.Transient, "put", key, "not now")
                : store.PutAsync(key, body, condition, token),
        };
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Data = _ => objects);
        await using StoreUnderTest store = await StoreUrls.OpenAsync(server.Address.ToString(), Token);
        LoadTarget target = new(store, 7, SystemEntropy.Instance);
        await using (IDeviceStore database = target.OpenDatabase("fleet"))
            _ = await database.Data.PutAsync("data/x", new byte[3], PutCondition.None, Token);
        Assert.Equal((2, 2, 1), (puts, target.Meter.Requests.Put, target.Meter.Requests.Retried));
    }

    private static HttpDeviceStore Open(EndpointServer server, string database) => new(server.Address, "load-0000000000000007." + database, EndpointServer.Client);

    private static async Task<(int Files, int Heads)> CountAsync(EndpointServer server, string database)
    {
        await using HttpDeviceStore device = Open(server, database);
        return ((await BentGateway.AllAsync(device.Data, "", Token)).Count, (await device.Metadata.ReadAsync(Token)).Entries.Length);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(EndpointServer server, string scenario, params string[] more) => CommandLineRun.OfAsync(
        ["load", scenario, server.Address.ToString(), "--writers", "2", "--duration", "1s", "--size", "1KiB", "--seed", "7", "--results", _folder.FullName, .. more]);
}
