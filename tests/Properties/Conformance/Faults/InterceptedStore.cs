using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A sound store in memory whose calls can be bent, one by one.</summary>
internal sealed class InterceptedStore() : BentGateway(new MemoryDataGateway(TimeProvider.System))
{
    private readonly ConcurrentDictionary<string, MemoryDeviceStore> _databases = new(StringComparer.Ordinal);

    /// <summary>Says what a run may do to the store beside its calls.</summary>
    public Func<StoreUnderTest, StoreUnderTest> OnTarget { get; init; } = target => target;

    /// <summary>Bends the objects of one handle on a database.</summary>
    public Func<IDataGateway, IDataGateway> OnHandle { get; init; } = data => data;

    /// <summary>Gives the database whose heads a database has.</summary>
    public Func<string, string> OnName { get; init; } = name => name;

    /// <summary>Bends the heads of a handle on a database.</summary>
    public Func<IMetadataGateway, IMetadataGateway> OnHeads { get; init; } = sound => sound;

    /// <summary>Bends the commit lock of a handle on a database.</summary>
    public Func<ICommitLock, ICommitLock> OnLock { get; init; } = sound => sound;

    public override ValueTask DisposeAsync() => Sound.DisposeAsync();

    /// <summary>Opens a database whose objects lie in this store, with heads, log and lock in memory beside it.</summary>
    public IDeviceStore OpenDatabase(string prefix, string name)
    {
        MemoryDeviceStore beside = _databases.GetOrAdd(prefix + OnName(name), _ => new MemoryDeviceStore(name, TimeProvider.System));
        return new InterceptedDevice(
            OnHandle(new PrefixedGateway(this, $"{prefix}{name}/", leaveOpen: true)),
            OnHeads(beside.Metadata),
            beside.WriteAheadLog,
            OnLock(beside.CommitLock),
            async () => await beside.DestroyAsync(CancellationToken.None));
    }

    /// <summary>A store that keeps every key under another one.</summary>
    public static InterceptedStore Renaming(Func<string, string> rename) => new() { Sound = Renaming(new MemoryDataGateway(TimeProvider.System), rename) };
}
