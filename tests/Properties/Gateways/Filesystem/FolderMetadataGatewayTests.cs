using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.Layout;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

public abstract class FolderMetadataGatewayContract : MetadataGatewayContract
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderMetadataGateway _gateway;
    private readonly FolderMetadataGateway _other;

    private protected FolderMetadataGatewayContract(Durability durability)
    {
        _gateway = new FolderMetadataGateway(_folder.Path, TestOptions.Of(durability));
        _other = new FolderMetadataGateway(_folder.Path, TestOptions.Of(durability));
    }

    private protected override IMetadataGateway Gateway => _gateway;

    public override async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _gateway.DisposeAsync();
        await base.DisposeAsync();
        Assert.Empty(Directory.Exists(ReservedFolder.Temporary(_folder.Path)) ? Directory.GetFiles(ReservedFolder.Temporary(_folder.Path)) : []);
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Two_gateways_that_take_turns_see_each_others_heads_at_once()
    {
        for (int i = 1; i < 300; i++)
        {
            FolderMetadataGateway writer = i % 2 == 0 ? _gateway : _other;
            FolderMetadataGateway reader = i % 2 == 0 ? _other : _gateway;
            await writer.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
            Assert.Equal(Entry(i).Cid, Assert.Single((await reader.ReadAsync(Token)).Entries).Cid);
        }
    }

    [Fact]
    public async Task A_file_that_is_changed_in_place_within_one_tick_is_seen()
    {
        // The reference engine writes in place; equal length, same file.
        string path = _folder.Write("meta/main.json", "[{\"parents\":[],\"data\":\"MAAA=\"}]");
        for (int i = 0; i < 200; i++)
        {
            string data = Convert.ToBase64String([(byte)(i % 256), 7]);
            await File.WriteAllTextAsync(path, $"[{{\"parents\":[],\"data\":\"M{data}\"}}]", Token);
            Assert.Equal((byte)i, Assert.Single((await _gateway.ReadAsync(Token)).Entries).Data.Span[0]);
        }
    }

    [Fact]
    public async Task A_file_of_the_reference_engine_is_read_and_left_as_it_is()
    {
        string path = _folder.Write("meta/main.json", MetaFileTests.TwoHeads);
        MetaReading reading = await _gateway.ReadAsync(Token);
        Assert.Equal(2, reading.Entries.Length);
        await _gateway.PublishAsync(reading.Entries[0], [], Token);
        Assert.Equal(MetaFileTests.TwoHeads, await File.ReadAllTextAsync(path, Token));
        await _gateway.PublishAsync(reading.Entries[0], [reading.Entries[1].Cid], Token);
        Assert.StartsWith($"[{{\"cid\":\"{reading.Entries[0].Cid}\",\"parents\":[", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_by_hard_link_never_changes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no hard links by ln here");
        for (int i = 1; i < 4; i++)
            await _gateway.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
        string path = Path.Combine(_folder.Path, "meta/main.json");
        Assert.True(new PhysicalDisk().TryLink(path, path + ".bak"));
        string backup = await File.ReadAllTextAsync(path, Token);
        for (int i = 4; i < 9; i++)
            await _gateway.PublishAsync(Entry(i), [Entry(i - 1).Cid], Token);
        Assert.Equal(backup, await File.ReadAllTextAsync(path + ".bak", Token));
        File.Delete(path + ".bak");
    }

    [Fact]
    public async Task A_torn_file_is_corrupt_by_its_path_and_stays_for_whoever_can_mend_it()
    {
        for (int length = 0; length < MetaFileTests.TwoHeads.Length; length += 13)
        {
            string torn = MetaFileTests.TwoHeads[..length];
            string path = _folder.Write("meta/main.json", torn);
            foreach (Func<Task> call in (Func<Task>[])[() => _gateway.ReadAsync(Token).AsTask(), () => _gateway.PublishAsync(Entry(1), [], Token).AsTask()])
            {
                StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
                Assert.Equal(StorageErrorKind.Corrupt, failure.Kind);
                Assert.Contains(path, failure.Message, StringComparison.Ordinal);
            }

            Assert.Equal(torn, await File.ReadAllTextAsync(path, Encoding.UTF8, Token));
        }
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_corrupt_and_not_read_into_memory()
    {
        string path = _folder.Write("meta/main.json", "[]");
        await using (FileStream file = File.OpenWrite(path))
            file.SetLength(1L << 40);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => _gateway.ReadAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Corrupt, failure.Kind);
    }

    [Fact]
    public async Task A_missing_folder_is_no_empty_database()
    {
        await using FolderMetadataGateway gateway = new(Path.Combine(_folder.Path, "gone"), TestOptions.Of());
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => gateway.ReadAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.MissingContainer, failure.Kind);
    }

    private protected override ValueTask<MetaReading> ReadElsewhereAsync() => _other.ReadAsync(Token);
}

public sealed class FolderMetadataGatewayThatSyncs() : FolderMetadataGatewayContract(Durability.Fsync);

public sealed class FolderMetadataGatewayThatTrustsTheSystem() : FolderMetadataGatewayContract(Durability.Os);
