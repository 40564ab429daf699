using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Gateways.Simulated;

/// <summary>Simulated stores in a time that a test lets pass, and objects in them whose content is text.</summary>
public abstract class SimulatedStores
{
    private protected const int Keys = 40;

    /// <summary>Stands still between the steps of a test.</summary>
    private protected SteppedTime Time { get; } = new();

    private protected static SimulatedStore Open(string address, TimeProvider time)
    {
        // Calls take no time here: the clock stands still between the steps of a test.
        string immediate = $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}latency=0s";
        return new SimulatedStore(SimulatedUrl.Parse(immediate), new GatewayOptions { Time = time, Entropy = new SeededEntropy(1) });
    }

    private protected SimulatedStore Open(string address) => Open(address, Time);

    private protected static string Key(int number) => $"key-{number:d3}";

    private protected static async Task PutAsync(IDataGateway store, string key, string text) =>
        _ = await store.PutAsync(key, Encoding.UTF8.GetBytes(text), PutCondition.None, CancellationToken.None);

    private protected static async Task<string?> GetAsync(IDataGateway store, string key) =>
        await store.GetAsync(key, null, CancellationToken.None) is { } content ? Encoding.UTF8.GetString(content.Bytes.Span) : null;

    private protected static async Task<List<string?>> AllAsync(IDataGateway store)
    {
        List<string?> all = [];
        for (int i = 0; i < Keys; i++)
            all.Add(await GetAsync(store, Key(i)));
        return all;
    }

    private protected static async Task<List<string>> KeysAsync(IDataGateway store, int pageLength = 1000)
    {
        List<string> keys = [];
        string? after = null;
        do
        {
            ListPage page = await store.ListAsync("", after, pageLength, CancellationToken.None);
            keys.AddRange(page.Objects.Select(static found => found.Key));
            after = page.After;
        }
        while (after is not null);
        return keys;
    }
}
