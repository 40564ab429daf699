using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>The steps of a write, in their order (DUR-02), and what stays when one of them is the last.</summary>
public sealed class WritingOrderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _steps = [];
    private Func<string, DiskException?> _fault = _ => null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_synced_put_syncs_the_file_before_its_name_and_the_folder_after()
    {
        using FolderWriter writer = Writer(Durability.Fsync);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        _ = await gateway.PutAsync("data/a", new byte[9], PutCondition.None, Token);
        _steps.Clear();
        _ = await gateway.PutAsync("data/b", new byte[9], PutCondition.None, Token);
        Assert.Equal(["create temporary", "write temporary", "sync temporary", "rename data/b", "sync folder data"], _steps);
    }

    [Fact]
    public async Task The_first_put_into_a_new_folder_syncs_the_folders_above_too()
    {
        using FolderWriter writer = Writer(Durability.Fsync);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        _ = await gateway.PutAsync("x/y/z", new byte[9], PutCondition.None, Token);
        Assert.Equal(["rename x/y/z", "sync folder x/y", "sync folder x", "sync folder root"], _steps[^4..]);
    }

    [Fact]
    public async Task A_put_that_trusts_the_system_syncs_nothing()
    {
        using FolderWriter writer = Writer(Durability.Os);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        _ = await gateway.PutAsync("data/a", new byte[9], PutCondition.None, Token);
        Assert.DoesNotContain(_steps, s => s.StartsWith("sync", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_creation_links_the_whole_file_and_removes_its_temporary_name()
    {
        using FolderWriter writer = Writer(Durability.Fsync);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        _ = await gateway.PutAsync("a", new byte[9], PutCondition.None, Token);
        _steps.Clear();
        _ = await gateway.PutAsync("b", new byte[9], PutCondition.IfAbsent, Token);
        Assert.Equal(["stat b", "create temporary", "write temporary", "sync temporary", "link b", "unlink temporary", "sync folder root"], _steps);
    }

    [Theory]
    [InlineData("create temporary", nameof(StorageErrorKind.NoSpace))]
    [InlineData("write temporary", nameof(StorageErrorKind.NoSpace))]
    [InlineData("sync temporary", nameof(StorageErrorKind.NoSpace))]
    [InlineData("rename k", nameof(StorageErrorKind.NoSpace))]
    [InlineData("sync folder root", nameof(StorageErrorKind.Ambiguous))]
    public async Task A_full_disk_at_any_step_is_told_and_leaves_the_old_object_or_the_new_one(string step, string kind)
    {
        using FolderWriter writer = Writer(Durability.Fsync);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        byte[] old = [1, 2, 3];
        byte[] next = [4, 5, 6, 7];
        _ = await gateway.PutAsync("k", old, PutCondition.None, Token);
        _fault = s => s == step ? new DiskException(DiskFailure.NoSpace, "k", "No space left on device") : null;
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => gateway.PutAsync("k", next, PutCondition.None, Token).AsTask());
        Assert.Equal(kind, failure.Kind.ToString());
        _fault = _ => null;
        Assert.Equal(step.StartsWith("sync folder", StringComparison.Ordinal) ? next : old, (await gateway.GetAsync("k", null, Token))!.Bytes.ToArray());
        Assert.Empty(Directory.GetFiles(ReservedFolder.Temporary(_folder.Path)));
        _ = await gateway.PutAsync("k", next, PutCondition.None, Token);
        Assert.Equal(next, (await gateway.GetAsync("k", null, Token))!.Bytes.ToArray());
    }

    [Theory]
    [InlineData(nameof(Durability.Fsync))]
    [InlineData(nameof(Durability.Os))]
    public async Task A_process_that_dies_at_any_step_of_a_replacement_leaves_the_old_log_or_the_new(string durability)
    {
        Durability mode = Enum.Parse<Durability>(durability);
        for (int last = 0; ; last++)
        {
            byte[] old = [1, 2, 3];
            byte[] next = [4, 5, 6, 7, 8];
            int left = int.MaxValue;
            _fault = _ => left-- > 0 ? null : new DiskException(DiskFailure.Other, "", "the process died here");
            FolderWriter dying = Writer(mode);
            await using FolderWriteAheadLog log = new(dying, ownsWriter: false);
            await log.WriteAsync(new byte[2], Token);
            await log.WriteAsync(old, Token);
            left = last;
            bool died = false;
            try
            {
                await log.WriteAsync(next, Token);
            }
            catch (StorageException)
            {
                died = true;
            }

            // Its locks go with it; its files stay as they are.
            dying.Dispose();
            _fault = _ => null;
            using FolderWriter survivor = Writer(mode);
            await using FolderWriteAheadLog again = new(survivor, ownsWriter: false);
            ReadOnlyMemory<byte>? found = await again.ReadAsync(Token);
            Assert.True(found!.Value.Span.SequenceEqual(old) || found.Value.Span.SequenceEqual(next), $"torn after step {last}");
            if (!died)
            {
                Assert.True(found.Value.Span.SequenceEqual(next));
                Assert.True(last >= 3, "a write of fewer than three steps");
                return;
            }
        }
    }

    [Fact]
    public async Task Left_over_temporary_files_are_invisible_and_reclaimed_by_a_writer_that_is_alone()
    {
        string left = _folder.Write(".fireproofbench/tmp/dead", "half an obj");
        await using (FileDataGateway reader = new(_folder.Path, TestOptions.Of()))
            Assert.Empty((await reader.ListAsync("", null, 10, Token)).Objects);
        Assert.True(File.Exists(left));
        await using (FileDataGateway first = new(_folder.Path, TestOptions.Of()))
        {
            _ = await first.PutAsync("a", new byte[1], PutCondition.None, Token);
            Assert.False(File.Exists(left));

            // While somebody writes, what looks left over may be in the making.
            left = _folder.Write(".fireproofbench/tmp/alive", "half an obj");
            await using FileDataGateway second = new(_folder.Path, TestOptions.Of());
            _ = await second.PutAsync("b", new byte[1], PutCondition.None, Token);
            Assert.True(File.Exists(left));
            Assert.Equal(["a", "b"], (await second.ListAsync("", null, 10, Token)).Objects.Select(o => o.Key));
        }

        await using FileDataGateway third = new(_folder.Path, TestOptions.Of());
        _ = await third.PutAsync("c", new byte[1], PutCondition.None, Token);
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task A_listing_opens_no_folder_that_cannot_hold_a_key_of_the_page()
    {
        using FolderWriter writer = Writer(Durability.Os);
        await using FileDataGateway gateway = new(writer, ownsWriter: false);
        foreach (string key in (string[])["a/1", "b/1", "b/x/1", "c/1", "d/1"])
            _ = await gateway.PutAsync(key, new byte[1], PutCondition.None, Token);
        _steps.Clear();
        _ = await gateway.ListAsync("b/x", null, 10, Token);
        Assert.Equal(["list b", "list b/x"], _steps.Where(s => s.StartsWith("list", StringComparison.Ordinal)));
        _steps.Clear();
        _ = await gateway.ListAsync("", "c/1", 10, Token);
        Assert.Equal(["list root", "list c", "list d"], _steps.Where(s => s.StartsWith("list", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_settled_file_of_heads_costs_one_stat_and_gives_the_same_instance()
    {
        string path = _folder.Write("meta/main.json", "[]");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        using FolderWriter writer = Writer(Durability.Os);

        // The system's own time of change cannot be set back, so the clock goes ahead.
        await using FolderMetadataGateway heads = new(writer, new LateClock(), ownsWriter: false);
        MetaReading first = await heads.ReadAsync(Token);
        Assert.Same(first, await heads.ReadAsync(Token));
        _steps.Clear();
        Assert.Same(first, await heads.ReadAsync(Token));
        Assert.Equal(["stat meta/main.json"], _steps);
    }

    private FolderWriter Writer(Durability durability) => new(new DelegatingDisk(_folder.Path, Step), _folder.Path, TestOptions.Of(durability));

    private void Step(string step)
    {
        _steps.Add(step);
        if (_fault(step) is { } fault)
            throw fault;
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(5);
    }
}
