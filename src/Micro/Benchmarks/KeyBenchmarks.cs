using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Crypto;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Keys out of the item of a key bag: unpacked and checked against their fingerprints. The limit is the hash of each key, which is its fingerprint.</summary>
public class KeyBenchmarks
{
    private const string Name = "@micro-data@";

    private byte[] _item = [];
    private PhysicalLimit _limit = null!;

    /// <summary>How many keys the item has.</summary>
    [Params(1, 20)]
    public int Keys { get; set; }

    /// <summary>Prepares the item.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        byte[][] raw = [.. Enumerable.Range(1, Keys).Select(static i => MicroDocuments.Bytes(FileKey.DefaultLength, (ulong)i))];
        using var keys = new KeyRing(FileKey.FromBytes(raw[0]), [.. raw.Skip(1).Select(static key => FileKey.FromBytes(key))]);
        _item = KeyBagItem.Write(Name, keys);
        _limit = PhysicalLimit.OfHashing(raw.Select(static key => (ReadOnlyMemory<byte>)key));
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hashes of the keys.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "unwrap keys of a bag's item")]
    public int Unwrap()
    {
        using KeyRing keys = KeyBagItem.Read(Name, _item);
        return keys.Keys.Length;
    }
}
