using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.SyncBench;

/// <summary>Devices of one database: each with a store of its own in memory, all with one key.</summary>
internal static class Devices
{
    /// <summary>The name of every database here.</summary>
    public const string Name = "sync";

    private static readonly MemoryKeyBag _keys = new();

    /// <summary>What gateways take from outside.</summary>
    public static GatewayOptions Options { get; } = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };

    /// <summary>A new device.</summary>
    public static ValueTask<Database> OpenAsync(CompactionMode compaction = CompactionMode.Automatic) => Database.OpenAsync(
        Name, NewStore(), new DatabaseOptions { KeyBag = _keys, Entropy = SystemEntropy.Instance, Compaction = compaction });

    /// <summary>A new store in memory.</summary>
    public static MemoryDeviceStore NewStore() => new(Name, TimeProvider.System);

    /// <summary>The database at an endpoint.</summary>
    public static HttpDeviceStore At(Uri endpoint, string name = Name) => new(endpoint, name, Options);

    /// <summary>The remote of a store.</summary>
    public static RemoteStore RemoteOf(IDeviceStore store) => new("remote", store.Data, store.Metadata);

    /// <summary>A document of some 200 bytes.</summary>
    public static Document Numbered(string prefix, int i) => Document.Parse(
        string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{prefix}}{{i:d6}}","n":{{i}},"text":"{{new string('t', 160)}}"}"""));

    /// <summary>A percentile of measured times, in their unit.</summary>
    public static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
