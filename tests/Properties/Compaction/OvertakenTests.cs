using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Gateways;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>
/// On a store without a lock a slow device can be overtaken: while it waits for a file, others compact so often that the file goes. What it then does on the newer state loses nothing.
/// Here nothing is too young to go.
/// </summary>
public sealed class OvertakenTests : IAsyncDisposable
{
    private const string Name = "overtaken";
    private const int Documents = 40;
    private const int Branch = 10;
    private MemoryDataGateway _objects = new(TimeProvider.System);
    private MemoryKeyBag _bag = new();
    private int _versions;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_put_goes_on_from_the_newer_state_whichever_file_it_waited_for()
    {
        int waits = 0;
        for (bool wasOvertaken = true; wasOvertaken; waits++)
        {
            await using Database quick = await BeginAsync();
            Interruption interruption = new() { After = waits };
            await using Database slow = await OpenAsync(Interrupted(interruption, isAtGet: true));

            // Two heads are to be merged, for which older files are read.
            await ForkAsync(quick);
            interruption.Meanwhile = () => OvertakeAsync(quick);
            _ = await slow.PutAsync(Note("slow", 1), Token);
            wasOvertaken = interruption.Meanwhile is null;
            await ShowsAllAsync("beside", "slow");
        }

        Assert.InRange(waits, 4, 100);
    }

    [Fact]
    public async Task A_compaction_begins_again_also_when_a_late_commit_names_the_lost_files_once_more()
    {
        await using Database quick = await BeginAsync();
        Interruption interruption = new();
        Interruption lateInterruption = new();
        await using Database late = await OpenAsync(Interrupted(lateInterruption, isAtGet: false));
        await using Database slow = await OpenAsync(Interrupted(interruption, isAtGet: true));
        lateInterruption.Meanwhile = () => OvertakeAsync(quick);
        interruption.Meanwhile = async () => _ = await late.PutAsync(Note("late", 1), Token);
        await slow.CompactAsync(Token);
        Assert.Null(interruption.Meanwhile);
        Assert.Null(lateInterruption.Meanwhile);
        await ShowsAllAsync("late");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_compaction_whose_head_comes_late_names_no_file_that_another_one_of_the_same_groups_lost_meanwhile(bool isSingle)
    {
        await using Database quick = await BeginAsync(isSingle);
        Interruption interruption = new() { At = isSingle ? "main.json" : "/meta/" };
        await using Database slow = await OpenAsync(Interrupted(interruption, isAtGet: false, isSingle));
        interruption.Meanwhile = async () =>
        {
            await quick.CompactAsync(Token);
            await OvertakeAsync(quick);
        };
        await slow.CompactAsync(Token);
        Assert.Null(interruption.Meanwhile);
        await ShowsAllAsync(isSingle);
    }

    [Fact]
    public async Task A_walk_that_has_shown_nothing_begins_again_at_the_newer_state()
    {
        await using Database quick = await BeginAsync();
        await using Database slow = await OpenOutdatedAsync(quick);
        Assert.Equal(Documents + 1, await slow.AllAsync(default, Token).CountAsync(Token));
        Assert.Equal(quick.Heads, slow.Heads);
    }

    [Fact]
    public async Task A_snapshot_of_the_present_is_one_of_the_newer_state()
    {
        await using Database quick = await BeginAsync();
        await using Database slow = await OpenOutdatedAsync(quick);
        Assert.Equal(quick.Heads, await slow.KeepSnapshotAsync("present", null, Token));
        DatabaseSnapshot? kept = await quick.OpenSnapshotAsync("present", Token);
        Assert.Equal(Documents + 1, await kept!.RowsAsync(default, Token).CountAsync(Token));
    }

    [Fact]
    public async Task A_link_sends_the_newer_state_where_the_files_of_the_one_that_it_knew_are_gone()
    {
        await using Database quick = await BeginAsync();
        await using Database slow = await OpenOutdatedAsync(quick);
        await using MemoryDataGateway there = new(TimeProvider.System);
        await using RemoteDeviceStore remote = Store(there, isSingle: false);
        await using RemoteLink link = await slow.AttachAsync(new RemoteStore("there", remote.Data, remote.Metadata), null, Token);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await link.WhenUpToDateAsync(patience.Token);
        Assert.Equal(quick.Heads, slow.Heads);
        Assert.Equal(quick.Heads, link.Status.RemoteHeads);
        await using Database cold = await OpenAsync(Store(there, isSingle: false));
        Assert.Equal(Documents + 1, await cold.AllAsync(default, Token).CountAsync(Token));
    }

    public ValueTask DisposeAsync() => _objects.DisposeAsync();

    private async Task<Database> BeginAsync(bool isSingle = false)
    {
        await _objects.DisposeAsync();
        _objects = new MemoryDataGateway(TimeProvider.System);
        _bag = new MemoryKeyBag();
        Database database = await OpenAsync(Store(_objects, isSingle));
        for (int i = 0; i < Documents; i++)
            _ = await database.PutAsync(Note($"doc-{i}", i), Token);
        return database;
    }

    // Every document again, so that nothing of the former state is left, and as many compactions as it takes until its files are gone.
    private async Task OvertakeAsync(Database quick)
    {
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < Documents; i++)
                _ = await quick.PutAsync(Note($"doc-{i}", i), Token);
            await quick.CompactAsync(Token);
        }
    }

    // A device whose every file others have replaced since it opened.
    private async Task<Database> OpenOutdatedAsync(Database quick)
    {
        Database slow = await OpenAsync(Store(_objects, isSingle: false));
        _ = await quick.PutAsync(Note("later", 1), Token);
        await OvertakeAsync(quick);
        return slow;
    }

    // Commits side by side: the head of each side stays.
    private async Task ForkAsync(Database quick)
    {
        Interruption interruption = new()
        {
            Meanwhile = async () =>
            {
                for (int i = 0; i < Branch; i++)
                    _ = await quick.PutAsync(Note($"doc-{i}", i), Token);
            },
        };
        await using Database beside = await OpenAsync(Interrupted(interruption, isAtGet: false));
        _ = await beside.PutAsync(Note("beside", 1), Token);
        Assert.Null(interruption.Meanwhile);
    }

    private RemoteDeviceStore Interrupted(Interruption interruption, bool isAtGet, bool isSingle = false) => Store(
        new BentGateway(_objects)
        {
            OnGet = async (store, key, range, token) =>
            {
                if (isAtGet)
                    await interruption.ComeAsync(key);
                return await store.GetAsync(key, range, token);
            },
            OnPut = async (store, key, content, condition, token) =>
            {
                if (!isAtGet)
                    await interruption.ComeAsync(key);
                return await store.PutAsync(key, content, condition, token);
            },
        },
        isSingle);

    private static RemoteDeviceStore Store(IDataGateway objects, bool isSingle) => new(objects, Name, TestOptions.Of(), isSingle ? HeadsForm.SingleObject : HeadsForm.MultiObject);

    // Nothing that was read once is kept, so that it has to be read again.
    private ValueTask<Database> OpenAsync(IDeviceStore store) => Database.OpenAsync(
        Name, store, new DatabaseOptions { KeyBag = _bag, Entropy = TestOptions.Of().Entropy, Compaction = CompactionMode.Manual, CacheLength = 0, LeastAgeOfReplaced = TimeSpan.Zero }, Token);

    private Task ShowsAllAsync(params string[] further) => ShowsAllAsync(false, further);

    private async Task ShowsAllAsync(bool isSingle, params string[] further)
    {
        await using Database cold = await OpenAsync(Store(_objects, isSingle));
        List<string> ids = [];
        await foreach (Document document in cold.AllAsync(default, Token))
            ids.Add(document.Id!);
        Assert.Equal([.. Enumerable.Range(0, Documents).Select(static i => $"doc-{i}").Concat(further).Order(StringComparer.Ordinal)], ids.Order(StringComparer.Ordinal));
    }

    // Never twice the same: a put that changes nothing makes no commit.
    private Document Note(string id, int number) => Document.Parse($$"""{"_id":"{{id}}","n":{{number}},"version":{{++_versions}}}""");

    /// <summary>Something that happens once, at one of a device's next calls for a file.</summary>
    private sealed class Interruption
    {
        private Func<Task>? _meanwhile;

        public int After { get; set; }

        public string At { get; init; } = ".car";

        public Func<Task>? Meanwhile
        {
            get => _meanwhile;
            set => _meanwhile = value;
        }

        public async Task ComeAsync(string key)
        {
            if (_meanwhile is not null && key.Contains(At, StringComparison.Ordinal) && After-- == 0 && Interlocked.Exchange(ref _meanwhile, null) is { } meanwhile)
                await meanwhile();
        }
    }
}
