using System.Diagnostics;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

public sealed class FolderCommitLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_holder_at_a_time_among_callers_and_instances(int instances)
    {
        FolderCommitLock[] locks = [.. Enumerable.Range(0, instances).Select(_ => new FolderCommitLock(_folder.Path, TestOptions.Of()))];
        int inside = 0;
        int counted = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(
            async () =>
            {
                for (int i = 0; i < 30; i++)
                {
                    await using IAsyncDisposable hold = await locks[worker % instances].AcquireAsync(Token);
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    counted++;
                    Assert.Equal(0, Interlocked.Decrement(ref inside));
                }
            },
            Token)));
        Assert.Equal(180, counted);
        foreach (FolderCommitLock held in locks)
            await held.DisposeAsync();
    }

    [Fact]
    public async Task Callers_of_one_instance_come_in_the_order_in_which_they_asked()
    {
        await using FolderCommitLock queue = new(_folder.Path, TestOptions.Of());
        List<int> order = [];
        IAsyncDisposable first = await queue.AcquireAsync(Token);
        using CancellationTokenSource gone = new();
        ValueTask<IAsyncDisposable> cancelled = queue.AcquireAsync(gone.Token);
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(async i =>
        {
            await using IAsyncDisposable hold = await queue.AcquireAsync(Token);
            order.Add(i);
        })];
        await gone.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public async Task A_lock_that_stays_taken_is_in_use_and_the_message_names_the_process()
    {
        await using FolderCommitLock holder = new(_folder.Path, TestOptions.Of());
        await using FolderCommitLock other = new(_folder.Path, TestOptions.Of(lockWaitSeconds: 0.05));
        await using (IAsyncDisposable hold = await holder.AcquireAsync(Token))
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(() => other.AcquireAsync(Token).AsTask());
            Assert.Equal(StorageErrorKind.InUse, failure.Kind);
            Assert.Contains($"process {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
        }

        await (await other.AcquireAsync(Token)).DisposeAsync();
    }

    [Fact]
    public async Task A_waiter_that_is_cancelled_leaves_the_lock_to_others()
    {
        await using FolderCommitLock holder = new(_folder.Path, TestOptions.Of());
        await using FolderCommitLock other = new(_folder.Path, TestOptions.Of());
        IAsyncDisposable hold = await holder.AcquireAsync(Token);
        using CancellationTokenSource gone = new();
        ValueTask<IAsyncDisposable> waiting = other.AcquireAsync(gone.Token);
        await gone.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await hold.DisposeAsync();
        await (await other.AcquireAsync(Token)).DisposeAsync();
    }

    [Fact]
    public async Task A_lock_file_that_was_removed_keeps_nobody_in()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs file numbers");
        await using FolderCommitLock first = new(_folder.Path, TestOptions.Of());
        await (await first.AcquireAsync(Token)).DisposeAsync();
        File.Delete(ReservedFolder.CommitLock(_folder.Path));
        await using FolderCommitLock newcomer = new(_folder.Path, TestOptions.Of(lockWaitSeconds: 0));
        await using IAsyncDisposable hold = await first.AcquireAsync(Token);
        Assert.Equal(StorageErrorKind.InUse, (await Assert.ThrowsAsync<StorageException>(() => newcomer.AcquireAsync(Token).AsTask())).Kind);
    }

    [Fact]
    public async Task Another_process_keeps_us_out_until_it_is_killed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "no flock(1) to hold the lock from another process");
        await using FolderCommitLock own = new(_folder.Path, TestOptions.Of(lockWaitSeconds: 0));
        await (await own.AcquireAsync(Token)).DisposeAsync();

        // -o: the child does not inherit the lock, so that it dies with flock itself.
        ProcessStartInfo start = new("/usr/bin/flock", ["-o", "-x", ReservedFolder.CommitLock(_folder.Path), "sh", "-c", "echo held; exec sleep 60"]) { RedirectStandardOutput = true };
        using Process other = Process.Start(start)!;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync(Token));
            Assert.Equal(StorageErrorKind.InUse, (await Assert.ThrowsAsync<StorageException>(() => own.AcquireAsync(Token).AsTask())).Kind);
        }
        finally
        {
            other.Kill(entireProcessTree: true);
            await other.WaitForExitAsync(Token);
        }

        await (await own.AcquireAsync(Token)).DisposeAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_is_a_file_is_told_as_such()
    {
        await using FolderCommitLock nowhere = new(Path.Combine(_folder.Path, "nowhere"), TestOptions.Of());
        Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(() => nowhere.AcquireAsync(Token).AsTask())).Kind);
        await using FolderCommitLock file = new(_folder.Write("file", ""), TestOptions.Of());
        Assert.Contains("file", (await Assert.ThrowsAsync<StorageException>(() => file.AcquireAsync(Token).AsTask())).Message, StringComparison.Ordinal);
    }
}
