using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance;

/// <summary>What a check has in its hands: a store, keys of its own, seeded chance, counts, and a place for notes.</summary>
internal sealed class ClauseContext
{
    private static readonly TimeSpan s_pollPause = TimeSpan.FromMilliseconds(50);
    private readonly RunJournal _journal;
    private readonly string _clauseId;
    private readonly long _seed;

    public ClauseContext(
        Clause clause, ImmutableArray<StoreView> views, DeclaredVisibility declared, StoreDatabases databases, string prefix, long seed, BudgetPlan plan,
        RunJournal journal, RunManifest manifest, TimeProvider time,
        Func<string, ImmutableArray<string>> straysOutside, CancellationToken cancellation)
    {
        _clauseId = clause.Id;
        _seed = seed;
        _journal = journal;
        Views = views;
        Declared = declared;
        Databases = databases;
        Prefix = prefix;
        Plan = plan;
        Manifest = manifest;
        Time = time;
        StraysOutside = straysOutside;
        Cancellation = cancellation;
        Dice = new Dice(seed, clause.Id);
    }

    /// <summary>The store. Counted, tracked, patient with throttling.</summary>
    public IDataGateway Store => Views[0].Gateway;

    /// <summary>All ways to the store: that of <see cref="Store"/>, another client's, and those over other endpoints.</summary>
    public ImmutableArray<StoreView> Views { get; }

    /// <summary>How soon the store is said to show what it acknowledged.</summary>
    public DeclaredVisibility Declared { get; }

    /// <summary>Databases on the store. Only for clauses that need them.</summary>
    public StoreDatabases Databases { get; }

    /// <summary>The prefix of all keys of this check, ending in <c>/</c>. Empty when the check starts.</summary>
    public string Prefix { get; }

    /// <summary>The counts of the run.</summary>
    public BudgetPlan Plan { get; private set; }

    /// <summary>Seeded by run and clause.</summary>
    public Dice Dice { get; }

    /// <summary>The objects planted when the run began.</summary>
    public RunManifest Manifest { get; }

    /// <summary>The clock of the run.</summary>
    public TimeProvider Time { get; }

    /// <summary>Looks for a name outside the store's own root, where an escaped key could end up; empty where that cannot be seen.</summary>
    public Func<string, ImmutableArray<string>> StraysOutside { get; }

    /// <summary>A way to the store on which faults can be put between it and its gateway; null where there is none.</summary>
    public StoreWire? Wire { get; init; }

    /// <summary>Opens a bucket, folder or endpoint that is not there; null where that says nothing.</summary>
    public Func<string, IDataGateway>? OpenMissing { get; init; }

    /// <summary>Puts an object past the gateway, with a header of the caller's; null where that cannot be.</summary>
    public RawPut? RawPut { get; init; }

    /// <summary>The store as it was opened, with all that the run may do to it.</summary>
    public required StoreUnderTest Target { get; init; }

    /// <summary>Everything that the run has said so far, and will put into its reports.</summary>
    public required Func<IEnumerable<string>> Said { get; init; }

    /// <summary>Ends the check: its deadline, or the user.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>How long after an acknowledgement its effect may take to be seen.</summary>
    public TimeSpan Bound => Declared.Bound;

    /// <summary>How long a channel may stay silent about a change, or a call wait for others, before it is taken for dead. Far more than slow stores need.</summary>
    public TimeSpan ChannelPatience => Bound + TimeSpan.FromSeconds(10);

    /// <summary>Counts go by this rate from now on, unless the store's is lower.</summary>
    public void Slow(double requestsPerSecond) => Plan = Plan with { RequestsPerSecond = Math.Min(Plan.RequestsPerSecond, requestsPerSecond) };

    /// <summary>A key of this check.</summary>
    public string Key(string name) => Prefix + name;

    /// <summary>A body that describes itself.</summary>
    public byte[] Body(string key, int length, long version = 1, int writer = 0) => Payload.Make(_seed, key, length, version, writer);

    /// <summary>Notes an oddity that breaks nothing.</summary>
    public void Quirk(string text) => _journal.AddQuirk(_clauseId, text);

    /// <summary>Notes for how long an observer did not see what had been acknowledged.</summary>
    public void Saw(VisibilityEffect effect, ObserverKind observer, TimeSpan staleness, bool seen) => _journal.AddStaleness(effect, observer, staleness, seen);

    /// <summary>Notes what the clients of the check did and were answered.</summary>
    public void Recorded(History history) => _journal.AddHistory(_clauseId, history);

    /// <summary>Notes a limit.</summary>
    public void Limit(string name, long value) => _journal.SetLimit(name, value);

    /// <summary>Ends the check as failed unless the condition holds.</summary>
    public static void Require(bool condition, FormattableString evidence)
    {
        if (!condition)
            throw new ClauseViolation(FormattableString.Invariant(evidence));
    }

    /// <summary>Asks until there is no complaint, at most for the bound; a store that says it is strong is asked once.</summary>
    /// <param name="complaint">Looks, and says what is wrong; null when all is well.</param>
    public Task SettlesAsync(Func<Task<string?>> complaint) => SettlesAsync(complaint, TimeSpan.Zero);

    /// <summary>The same, for what is no fault as long as it passes: how late a store may show something is judged elsewhere.</summary>
    /// <param name="complaint">What is wrong now; null when nothing is.</param>
    /// <param name="least">How long it may last, also on a store that shows at once.</param>
    /// <exception cref="ClauseViolation">It lasts.</exception>
    public async Task SettlesAsync(Func<Task<string?>> complaint, TimeSpan least)
    {
        TimeSpan longest = Bound > least ? Bound : least;
        long start = Time.GetTimestamp();
        while (await complaint() is { } text)
        {
            if (Time.GetElapsedTime(start) >= longest)
                throw new ClauseViolation(longest == TimeSpan.Zero ? text : $"{text}, still after {longest.TotalSeconds:0} s");
            await Task.Delay(s_pollPause, Time, Cancellation);
        }
    }

    /// <summary>Puts in any case.</summary>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> body) => Store.PutAsync(key, body, PutCondition.None, Cancellation);

    /// <summary>Gets the whole object.</summary>
    public ValueTask<ObjectContent?> GetAsync(string key) => Store.GetAsync(key, null, Cancellation);

    /// <summary>Heads.</summary>
    public ValueTask<ObjectInfo?> HeadAsync(string key) => Store.HeadAsync(key, Cancellation);

    /// <summary>Deletes in any case.</summary>
    public ValueTask<bool> DeleteAsync(string key) => Store.DeleteAsync(key, null, Cancellation);

    /// <summary>Fails unless a get gives exactly these bytes.</summary>
    public Task ReadsAsync(string key, ReadOnlyMemory<byte> expected, string what) => SettlesAsync(async () =>
    {
        ObjectContent? content = await GetAsync(key);
        return content is null ? $"get of {Printable.Key(key)} found nothing {what}"
            : Difference(content.Bytes.Span, expected.Span) is { } difference ? $"get of {Printable.Key(key)} {what} gave {difference}"
            : null;
    });

    /// <summary>Fails unless get and head find nothing.</summary>
    public Task AbsentAsync(string key, string what) => SettlesAsync(async () =>
        await GetAsync(key) is { } content ? $"get of {Printable.Key(key)} gave {content.Bytes.Length} bytes {what}"
        : await HeadAsync(key) is { } info ? $"head of {Printable.Key(key)} told of {info.Length} bytes {what}"
        : null);

    /// <summary>Lists everything under a prefix, page after page.</summary>
    public async Task<List<ObjectInfo>> ListAsync(string prefix, int pageSize = 1000)
    {
        List<ObjectInfo> all = [];
        await WalkAsync(prefix, pageSize, page =>
        {
            all.AddRange(page.Objects);
            return Task.CompletedTask;
        });
        return all;
    }

    /// <summary>Lists everything under a prefix, and lets the caller act after each page.</summary>
    public async Task WalkAsync(string prefix, int pageSize, Func<ListPage, Task> onPage)
    {
        string? after = null;
        int empty = 0;
        do
        {
            ListPage page = await Store.ListAsync(prefix, after, pageSize, Cancellation);
            Require(page.Objects.Count <= pageSize, $"a page of at most {pageSize} keys held {page.Objects.Count}");
            Require(
                page.After is null || page.After != after || page.Objects.Count > 0,
                $"the listing of {Printable.Key(prefix)} does not move on from {Printable.Key(after ?? "")}");
            empty = page.Objects.Count == 0 ? empty + 1 : 0;
            Require(empty < 1000, $"the listing of {Printable.Key(prefix)} gave 1000 empty pages in a row");
            await onPage(page);
            after = page.After;
        }
        while (after is not null);
    }

    /// <summary>Fails unless a listing has exactly these keys, each once.</summary>
    public Task ListsAsync(string prefix, IReadOnlyCollection<string> expected, string what, int pageSize = 1000) => SettlesAsync(async () =>
    {
        List<ObjectInfo> listed = await ListAsync(prefix, pageSize);
        return SetDifference(listed.ConvertAll(o => o.Key), expected) is { } difference ? $"listing {what} in pages of {pageSize}: {difference}" : null;
    });

    /// <summary>Cancels after a time by the clock of the run.</summary>
    /// <returns>The timer; it is to be disposed of before the source.</returns>
    public ITimer CancelAfter(CancellationTokenSource source, TimeSpan after) => Time.CreateTimer(
        static state =>
        {
            try
            {
                ((CancellationTokenSource)state!).Cancel();
            }
            catch (ObjectDisposedException)
            {
                // What it was to end has ended in this very moment.
            }
        },
        source,
        after,
        Timeout.InfiniteTimeSpan);

    /// <summary>Does something for each item, a few at a time.</summary>
    public Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> action, int? degree = null) =>
        Concurrently.EachAsync(items, degree ?? 16, (item, _) => action(item), Cancellation);

    /// <summary>Runs tasks side by side, all started at the same moment, and waits for all of them.</summary>
    /// <remarks>Racers that loop yield in each round: a store that answers at once would else keep every thread for the first few of them.</remarks>
    public async Task RaceAsync(int racers, Func<int, Task> racer)
    {
        Cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] tasks = [.. Enumerable.Range(0, racers).Select(i => Concurrently.Start(
            async () =>
            {
                await start.Task;
                await racer(i);
            }))];
        start.SetResult();
        await Task.WhenAll(tasks);
    }

    /// <summary>What two runs of bytes differ in; null when they are equal.</summary>
    public static string? Difference(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        if (actual.Length != expected.Length)
            return $"{actual.Length} bytes instead of {expected.Length}";
        int at = actual.CommonPrefixLength(expected);
        return at == expected.Length ? null : $"{expected.Length} bytes that differ from byte {at} on";
    }

    /// <summary>What a list of keys and a set of keys differ in; null when they have the same keys, each once.</summary>
    public static string? SetDifference(IReadOnlyList<string> actual, IReadOnlyCollection<string> expected)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> twice = [.. actual.Where(k => !seen.Add(k))];
        List<string> missing = [.. expected.Where(k => !seen.Contains(k))];
        seen.ExceptWith(expected);
        if (missing.Count + seen.Count + twice.Count == 0)
            return null;
        List<string> parts = [];
        if (missing.Count > 0)
            parts.Add($"{missing.Count} of {expected.Count} keys missing, first {Printable.Key(missing[0])}");
        if (seen.Count > 0)
            parts.Add($"{seen.Count} keys too many, first {Printable.Key(seen.Min(StringComparer.Ordinal)!)}");
        if (twice.Count > 0)
            parts.Add($"{twice.Count} keys twice, first {Printable.Key(twice[0])}");
        return string.Join("; ", parts);
    }
}
