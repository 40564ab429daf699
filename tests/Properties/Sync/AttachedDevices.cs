using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices of one database, and the remote store that they are attached to.</summary>
public abstract class AttachedDevices : IAsyncDisposable
{
    private protected MemoryKeyBag Keys { get; } = new();

    private protected WatchedStore Remote { get; } = new();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Remote.DisposeAsync();
    }

    // Each has sent what it has, then each has taken in what the others sent.
    private protected static async Task SettleAsync(params RemoteLink[] links)
    {
        for (int round = 0; round < 3; round++)
        {
            foreach (RemoteLink link in links)
                await link.WhenUpToDateAsync(Token);
        }
    }

    private protected static async Task SameAsync(Database expected, Database actual, int? count)
    {
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(expected);
        Assert.Equal(rows, await DatabaseView.RowsAsync(actual));
        Assert.Equal(expected.Heads, actual.Heads);
        if (count is { } exact)
            Assert.Equal(exact, rows.Count);
    }

    private protected static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}""");

    private protected ValueTask<Database> DeviceAsync(ulong seed, WatchedStore? store = null, CompactionMode compaction = CompactionMode.Manual) =>
        OpenDatabase.OnStoreAsync(store ?? new WatchedStore(), Keys, compaction, seed);

    private protected ValueTask<RemoteLink> AttachAsync(Database database) => AttachAsync(database, Remote);

    private protected static ValueTask<RemoteLink> AttachAsync(Database database, IDeviceStore remote) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);
}
