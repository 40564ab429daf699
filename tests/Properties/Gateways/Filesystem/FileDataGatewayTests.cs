using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>What only a folder can do wrong.</summary>
public sealed class FileDataGatewayTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileDataGateway _gateway;

    public FileDataGatewayTests()
    {
        _ = Directory.CreateDirectory(Path.Combine(_folder.Path, "root"));
        _gateway = new FileDataGateway(Path.Combine(_folder.Path, "root"), TestOptions.Of());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task No_key_and_no_prefix_leaves_the_root()
    {
        _ = _folder.Write("outside", "secret");
        _ = _folder.Write("outside-too/x", "secret");
        foreach (string key in (string[])["../outside", "a/../../outside", "/../outside"])
            _ = await Assert.ThrowsAsync<StorageException>(() => _gateway.GetAsync(key, null, Token).AsTask());
        foreach (string prefix in (string[])["../", "../out", "../outside-too/", "/", "a/../../", "./", "..", ".", "//"])
            Assert.Empty((await _gateway.ListAsync(prefix, null, 10, Token)).Objects);
        Assert.Equal(["outside", "outside-too", "root"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(".fireproofbench")]
    [InlineData(".fireproofbench/tmp/x")]
    [InlineData(".FireproofBench/x")]
    public async Task The_hidden_folder_holds_no_objects(string key)
    {
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => _gateway.PutAsync(key, new byte[1], PutCondition.None, Token).AsTask());
        Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
        _ = await _gateway.PutAsync(".fireproofbenches", new byte[1], PutCondition.None, Token);
        Assert.Equal([".fireproofbenches"], (await _gateway.ListAsync("", null, 10, Token)).Objects.Select(o => o.Key));
        Assert.Empty((await _gateway.ListAsync(".fireproofbench/", null, 10, Token)).Objects);
    }

    [Fact]
    public async Task A_missing_folder_is_no_missing_object()
    {
        Directory.Delete(Path.Combine(_folder.Path, "root"), recursive: true);
        Func<Task>[] calls =
        [
            () => _gateway.GetAsync("a", null, Token).AsTask(),
            () => _gateway.HeadAsync("a", Token).AsTask(),
            () => _gateway.DeleteAsync("a", null, Token).AsTask(),
            () => _gateway.ListAsync("", null, 1, Token).AsTask(),
            () => _gateway.PutAsync("a", new byte[1], PutCondition.None, Token).AsTask(),
            () => _gateway.PutAsync("a/b", new byte[1], PutCondition.IfAbsent, Token).AsTask(),
        ];
        foreach (Func<Task> call in calls)
            Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(call)).Kind);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "root")));
    }

    [Fact]
    public async Task A_file_where_the_folder_should_be_is_told_by_its_path()
    {
        string file = _folder.Write("file", "x");
        await using FileDataGateway gateway = new(file, TestOptions.Of());
        foreach (Func<Task> call in (Func<Task>[])[
            () => gateway.GetAsync("a", null, Token).AsTask(),
            () => gateway.ListAsync("", null, 1, Token).AsTask(),
            () => gateway.PutAsync("a", new byte[1], PutCondition.None, Token).AsTask()])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_is_a_folder_of_another_is_refused_and_both_stay_as_they_were()
    {
        _ = await _gateway.PutAsync("a/b", new byte[] { 1 }, PutCondition.None, Token);
        foreach (PutCondition condition in (PutCondition[])[PutCondition.None, PutCondition.IfAbsent])
        {
            Assert.Equal(StorageErrorKind.InvalidName, (await Assert.ThrowsAsync<StorageException>(() => _gateway.PutAsync("a", new byte[1], condition, Token).AsTask())).Kind);
            Assert.Equal(StorageErrorKind.InvalidName, (await Assert.ThrowsAsync<StorageException>(() => _gateway.PutAsync("a/b/c", new byte[1], condition, Token).AsTask())).Kind);
        }

        Assert.Equal(["a/b"], (await _gateway.ListAsync("", null, 10, Token)).Objects.Select(o => o.Key));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_emptied_folder_gives_way_to_a_file_of_its_name(bool ifAbsent)
    {
        _ = await _gateway.PutAsync("a/b/c", new byte[1], PutCondition.None, Token);
        _ = await _gateway.PutAsync("a/d", new byte[1], PutCondition.None, Token);
        _ = await _gateway.DeleteAsync("a/b/c", null, Token);
        _ = await _gateway.DeleteAsync("a/d", null, Token);
        _ = await _gateway.PutAsync("a", new byte[] { 9 }, ifAbsent ? PutCondition.IfAbsent : PutCondition.None, Token);
        Assert.Equal([9], (await _gateway.GetAsync("a", null, Token))!.Bytes.ToArray());
    }

    [Fact]
    public async Task Putting_and_deleting_in_one_folder_at_once_never_fails()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(
            async () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    _ = await _gateway.PutAsync($"shared/{worker}", new byte[i], PutCondition.None, Token);
                    Assert.True(await _gateway.DeleteAsync($"shared/{worker}", null, Token));
                }
            },
            Token)));
        Assert.Empty((await _gateway.ListAsync("", null, 10, Token)).Objects);
    }

    [Fact]
    public async Task Two_gateways_on_one_folder_enforce_each_others_conditions()
    {
        await using FileDataGateway other = new(Path.Combine(_folder.Path, "root"), TestOptions.Of());
        FileDataGateway[] both = [_gateway, other];
        _ = await _gateway.PutAsync("n", BitConverter.GetBytes(0), PutCondition.None, Token);
        await Task.WhenAll(both.Select(gateway => Task.Run(
            async () =>
            {
                for (int done = 0; done < 200;)
                {
                    ObjectContent now = (await gateway.GetAsync("n", null, Token))!;
                    try
                    {
                        byte[] next = BitConverter.GetBytes(BitConverter.ToInt32(now.Bytes.Span) + 1);
                        _ = await gateway.PutAsync("n", next, PutCondition.IfMatches(now.Info.Version), Token);
                        done++;
                    }
                    catch (StorageException failure) when (failure.Kind == StorageErrorKind.PreconditionFailed)
                    {
                    }
                }
            },
            Token)));
        Assert.Equal(400, BitConverter.ToInt32((await other.GetAsync("n", null, Token))!.Bytes.Span));
    }

    [Fact]
    public async Task A_folder_without_permission_is_told_as_such()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "the superuser is refused nothing");
        _ = await _gateway.PutAsync("shut/a", new byte[1], PutCondition.None, Token);
        string shut = Path.Combine(_folder.Path, "root", "shut");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(shut, UnixFileMode.None);
        try
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(() => _gateway.PutAsync("shut/b", new byte[1], PutCondition.None, Token).AsTask());
            Assert.Equal(StorageErrorKind.NotAuthorized, failure.Kind);
            Assert.Contains(shut, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(shut, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Theory]
    [InlineData(13, nameof(StorageErrorKind.NotAuthorized))]
    [InlineData(1, nameof(StorageErrorKind.NotAuthorized))]
    [InlineData(28, nameof(StorageErrorKind.NoSpace))]
    [InlineData(122, nameof(StorageErrorKind.NoSpace))]
    [InlineData(30, nameof(StorageErrorKind.Permanent))]
    [InlineData(5, nameof(StorageErrorKind.Permanent))]
    [InlineData(36, nameof(StorageErrorKind.InvalidName))]
    [InlineData(20, nameof(StorageErrorKind.InvalidName))]
    [InlineData(21, nameof(StorageErrorKind.InvalidName))]
    [InlineData(24, nameof(StorageErrorKind.Transient))]
    [InlineData(2, nameof(StorageErrorKind.MissingContainer))]
    [InlineData(18, nameof(StorageErrorKind.Permanent))]
    [InlineData(95, nameof(StorageErrorKind.Unsupported))]
    public void Each_error_number_of_linux_has_its_kind(int errno, string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the numbers are those of Linux");
        StorageException failure = FilesystemFailures.ToStorage(FilesystemFailures.FromErrno(errno, "/some/path"), "put", "k");
        Assert.Equal(kind, failure.Kind.ToString());
        Assert.Contains("/some/path", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_device_is_told_as_such_by_the_disk()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        using IDiskFile full = new PhysicalDisk().ReopenFile("/dev/full") ?? throw new InvalidOperationException("/dev/full has a second name");
        Assert.Equal(DiskFailure.NoSpace, Assert.Throws<DiskException>(() => full.Write(new byte[10])).Failure);
    }
}
