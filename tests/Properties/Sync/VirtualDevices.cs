using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices of one database around a remote store, on one thread, in a time of its own: what waits for ever fails at once, and what waits long shows by the clock.</summary>
public abstract class VirtualDevices
{
    private readonly VirtualWorld _world = new();

    private protected VirtualDevices() => Remote = Store();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected MemoryKeyBag Keys { get; } = new();

    private protected WatchedStore Remote { get; }

    private protected VirtualTime Time => _world.Time;

    private protected static Document Named(string id) => Document.Parse($$"""{"_id":"{{id}}"}""");

    // For a store that never answers.
    private protected static ValueTask ForEver() => new(new TaskCompletionSource().Task);

    private protected void Run(Func<Task> story) => _world.Run(_ => story(), Token);

    private protected WatchedStore Store() => new(new MemoryDeviceStore("watched", Time));

    private protected ValueTask<Database> DeviceAsync(
        ulong seed, WatchedStore? store = null, CompactionMode compaction = CompactionMode.Manual, long cacheLength = 64 * 1024 * 1024) => Database.OpenAsync(
        Fixture.DatabaseName,
        store ?? Store(),
        new DatabaseOptions { KeyBag = Keys, Entropy = new SeededEntropy(seed), Compaction = compaction, CacheLength = cacheLength, Time = Time });

    // Looks by itself once an hour: whatever has to be sooner has to be set off.
    private protected static ValueTask<RemoteLink> AttachAsync(
        Database database, IDeviceStore remote, bool prefetch = true, long? most = null, IMetadataGateway? heads = null, CancellationToken cancellation = default) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, heads ?? remote.Metadata),
        new AttachOptions { Prefetch = prefetch, MaxPendingBytes = most, PollInterval = TimeSpan.FromHours(1), CheckInterval = TimeSpan.FromHours(1) },
        cancellation);

    // Whether something ends within a minute.
    private protected async Task<bool> IsSoonAsync(Task task) => await Task.WhenAny(task, Task.Delay(TimeSpan.FromMinutes(1), Time)) == task;
}
