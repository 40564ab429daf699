using System.Runtime.CompilerServices;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A remote that shows what it showed before: put back by its owner or an attacker, or only behind for a moment.</summary>
public sealed class RollbackTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _remote.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_remote_that_was_put_back_is_noticed_and_given_the_newer_state_again(bool losesFiles)
    {
        await using Database device = await DeviceAsync();
        await device.PutAsync(Numbered(0), Token);
        await using RemoteLink link = await AttachAsync(device);
        await link.WhenUpToDateAsync(Token);
        (MetaEntry older, IReadOnlyList<string> files) = await StateAsync();
        await device.PutAsync(Numbered(1), Token);
        await link.WhenUpToDateAsync(Token);
        await PutBackAsync(older, losesFiles ? files : null);
        await link.WhenUpToDateAsync(Token);
        Assert.Equal(1, link.Status.Regressions);
        await HasAsync(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_noticed_by_a_device_that_was_closed_meanwhile(bool losesFiles)
    {
        MetaEntry older;
        IReadOnlyList<string> files;
        await using (Database device = await DeviceAsync())
        {
            await device.PutAsync(Numbered(0), Token);
            await using RemoteLink link = await AttachAsync(device);
            await link.WhenUpToDateAsync(Token);
            (older, files) = await StateAsync();
            await device.PutAsync(Numbered(1), Token);
            await link.WhenUpToDateAsync(Token);
        }

        await PutBackAsync(older, losesFiles ? files : null);
        await using Database again = await DeviceAsync();
        await using RemoteLink back = await AttachAsync(again);
        await back.WhenUpToDateAsync(Token);
        Assert.Equal(1, back.Status.Regressions);
        await HasAsync(2);
    }

    [Fact]
    public async Task It_is_noticed_by_a_device_that_only_read()
    {
        await using Database writer = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 5);
        await writer.PutAsync(Numbered(0), Token);
        RemoteLink up = await AttachAsync(writer);
        await up.WhenUpToDateAsync(Token);
        (MetaEntry older, _) = await StateAsync();
        await writer.PutAsync(Numbered(1), Token);
        await up.WhenUpToDateAsync(Token);
        await up.DisposeAsync();
        await using (Database reader = await DeviceAsync())
        {
            await using RemoteLink link = await AttachAsync(reader);
            await link.WhenUpToDateAsync(Token);
        }

        await PutBackAsync(older, null);
        await using Database again = await DeviceAsync();
        await using RemoteLink back = await AttachAsync(again);
        await back.WhenUpToDateAsync(Token);
        Assert.Equal(1, back.Status.Regressions);
        await HasAsync(2);
    }

    [Fact]
    public async Task It_is_noticed_by_a_device_that_was_closed_while_the_remote_showed_something_older_for_a_moment()
    {
        MetaReading older;
        MetaEntry entry;
        await using (Database device = await DeviceAsync())
        {
            Lagging lagging = new(_remote.Metadata);
            await device.PutAsync(Numbered(0), Token);
            await using RemoteLink link = await AttachAsync(device, lagging, TimeSpan.FromMinutes(10));
            await link.WhenUpToDateAsync(Token);
            older = await _remote.Metadata.ReadAsync(Token);
            entry = Assert.Single(older.Entries);
            await device.PutAsync(Numbered(1), Token);
            await link.WhenUpToDateAsync(Token);
            lagging.ShowOnce(older);
            Task settling = link.WhenUpToDateAsync(Token).AsTask();
            await lagging.Shown.Task.WaitAsync(Token);

            // Time to doubt it, and not to look again.
            await Task.Delay(TimeSpan.FromMilliseconds(200), Token);
            Assert.False(settling.IsCompleted);
            await link.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => settling);
        }

        await PutBackAsync(entry, null);
        await using Database again = await DeviceAsync();
        await using RemoteLink back = await AttachAsync(again);
        await back.WhenUpToDateAsync(Token);
        Assert.Equal(1, back.Status.Regressions);
        await HasAsync(2);
    }

    [Fact]
    public async Task A_store_that_is_behind_for_one_look_is_no_rollback()
    {
        MetaReading older;
        await using (Database device = await DeviceAsync())
        {
            await device.PutAsync(Numbered(0), Token);
            await using RemoteLink link = await AttachAsync(device);
            await link.WhenUpToDateAsync(Token);
            older = await _remote.Metadata.ReadAsync(Token);
            await device.PutAsync(Numbered(1), Token);
            await link.WhenUpToDateAsync(Token);
        }

        var lagging = new Lagging(_remote.Metadata, older);
        await using Database again = await DeviceAsync();
        await using RemoteLink back = await AttachAsync(again, lagging);
        await back.WhenUpToDateAsync(Token);
        Assert.True(lagging.Shown.Task.IsCompleted);
        Assert.Equal((0, 0L), (back.Status.Regressions, back.Status.Published));
        await HasAsync(2);
    }

    [Fact]
    public async Task A_remote_that_went_on_is_no_rollback()
    {
        await using Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 5);
        await using RemoteLink up = await AttachAsync(other);
        for (int round = 0; round < 3; round++)
        {
            await using Database device = await DeviceAsync();
            await using RemoteLink link = await AttachAsync(device);
            await device.PutAsync(Numbered(2 * round), Token);
            await link.WhenUpToDateAsync(Token);
            await link.DisposeAsync();
            await up.WhenUpToDateAsync(Token);
            await other.PutAsync(Numbered((2 * round) + 1), Token);
            if (round == 1)
                await other.CompactAsync(Token);
            await up.WhenUpToDateAsync(Token);
            Assert.Equal((0, 0), (link.Status.Regressions, up.Status.Regressions));
        }

        await HasAsync(6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not of the form")]
    public async Task A_memory_that_cannot_be_read_is_none(string content)
    {
        await using (Database device = await DeviceAsync())
        {
            await device.PutAsync(Numbered(0), Token);
            await using RemoteLink link = await AttachAsync(device);
            await link.WhenUpToDateAsync(Token);
        }

        string file = Assert.Single(Directory.GetFiles(_folder.At("db", Fixture.DatabaseName, "remotes")));
        await File.WriteAllTextAsync(file, content, Token);
        await using Database again = await DeviceAsync();
        await using RemoteLink back = await AttachAsync(again);
        await back.WhenUpToDateAsync(Token);
        Assert.Equal((0, null), (back.Status.Regressions, back.Status.LastError));
        await back.DisposeAsync();
        Assert.Equal(again.Heads, SeenHeads.Read(await File.ReadAllBytesAsync(file, Token)));
    }

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}""");

    private async Task<(MetaEntry Entry, IReadOnlyList<string> Files)> StateAsync() =>
        (Assert.Single((await _remote.Metadata.ReadAsync(Token)).Entries), await _remote.KeysAsync());

    // As from a backup: the former heads, and the former files if others are to be gone.
    private async Task PutBackAsync(MetaEntry older, IReadOnlyList<string>? files)
    {
        foreach (string key in files is null ? [] : (await _remote.KeysAsync()).Except(files))
            await _remote.Data.DeleteAsync(key, null, Token);
        await _remote.Metadata.PublishAsync(older, [.. (await _remote.Metadata.ReadAsync(Token)).Entries.Select(static entry => entry.Cid)], Token);
    }

    // What a device finds that has nothing but the remote.
    private async Task HasAsync(int count)
    {
        await using Database fresh = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 9);
        await using RemoteLink link = await AttachAsync(fresh);
        await link.WhenUpToDateAsync(Token);
        Assert.Equal((count, null), ((await DatabaseView.RowsAsync(fresh)).Count, link.Status.LastError));
    }

    // On a folder, so that it can be closed and opened again.
    private ValueTask<Database> DeviceAsync() =>
        OpenDatabase.OnStoreAsync(new FolderDeviceStore(_folder.At("db"), Fixture.DatabaseName, OpenDatabase.Gateway()), _keys, CompactionMode.Manual);

    private ValueTask<RemoteLink> AttachAsync(Database database, IMetadataGateway? metadata = null, TimeSpan? poll = null) => database.AttachAsync(
        new RemoteStore("https://name.example/of?any=length", _remote.Data, metadata ?? _remote.Metadata),
        new AttachOptions { PollInterval = poll ?? TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);

    // Shows a former reading once.
    private sealed class Lagging(IMetadataGateway below, MetaReading? older = null) : IMetadataGateway
    {
        private MetaReading? _older = older;

        public TaskCompletionSource Shown { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void ShowOnce(MetaReading former) => Volatile.Write(ref _older, former);

        public MetadataTraits Traits => below.Traits with { Push = false };

        public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
        {
            if (Interlocked.Exchange(ref _older, null) is not { } former)
                return below.ReadAsync(cancellation);
            Shown.SetResult();
            return ValueTask.FromResult(former);
        }

        public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) =>
            below.PublishAsync(entry, superseded, cancellation);

        public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            yield break;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
