using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>What only a whole database notices: puts that vanish, heads that replace each other, files that go too early.</summary>
internal static class DatabaseFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("one file in 13 is acknowledged and dropped", DropsFiles, "ENG-01", "ENG-02"),
        new("the last head wins", () => new InterceptedStore { OnHeads = LastWins, OnLock = _ => new NoLock() }, "ENG-02", "MET-01", "MET-02"),
        new("heads as they were at first", () => new InterceptedStore { OnHeads = FirstReading() }, "ENG-01"),
        new("a new reader gets the heads before the last", () => new InterceptedStore { OnHeads = OneBehind() }, "ENG-05"),
        new("a delete takes the newest file with it", () => new InterceptedStore { OnDelete = DeletesNewestTooAsync }, "ENG-03"),
        new("files that a compaction replaced expire at once", () => new InterceptedStore { OnPut = KeepsFewFilesAsync }, "ENG-04"),
        new("a listing of files that never ends", () => new InterceptedStore { OnList = NeverEndsAsync }, "ENG-08"),
        new("an altered file is answered as absent", AbsentWhenAltered, "INT-03"),
        new("reads come from a cache that nothing empties", CachesForEver, "INT-03"),
    ];

    private static bool IsFile(string key) => key.EndsWith(".car", StringComparison.Ordinal) && key.Contains("/data/", StringComparison.Ordinal);

    private static InterceptedStore DropsFiles()
    {
        int files = 0;
        return new InterceptedStore
        {
            OnPut = (s, k, b, c, t) => IsFile(k) && Interlocked.Increment(ref files) % 13 == 0 ? new ValueTask<string>("dropped") : s.PutAsync(k, b, c, t),
        };
    }

    private static InterceptedHeads LastWins(IMetadataGateway sound) => new(sound)
    {
        OnPublish = async (s, e, _, t) =>
        {
            await Task.Delay(1, t);
            await s.PublishAsync(e, [.. (await s.ReadAsync(t)).Entries.Select(old => old.Cid)], t);
        },
    };

    private static Func<IMetadataGateway, IMetadataGateway> FirstReading()
    {
        ConcurrentDictionary<IMetadataGateway, MetaReading> first = new();
        return sound => new InterceptedHeads(sound)
        {
            OnRead = async (s, t) => await s.ReadAsync(t) is { Entries.Length: > 0 } now ? first.GetOrAdd(s, now) : await s.ReadAsync(t),
        };
    }

    private static Func<IMetadataGateway, IMetadataGateway> OneBehind()
    {
        ConcurrentDictionary<IMetadataGateway, MetaReading> former = new();
        return sound =>
        {
            bool fresh = true;
            return new InterceptedHeads(sound)
            {
                OnRead = (s, t) => fresh && !(fresh = false) && former.TryGetValue(s, out MetaReading? stale) ? ValueTask.FromResult(stale) : s.ReadAsync(t),
                OnPublish = async (s, e, p, t) =>
                {
                    former[s] = await s.ReadAsync(t);
                    await s.PublishAsync(e, p, t);
                },
            };
        };
    }

    private static async ValueTask<bool> DeletesNewestTooAsync(IDataGateway store, string key, string? version, CancellationToken cancellation)
    {
        if (IsFile(key) && (await FilesBesideAsync(store, key)).LastOrDefault(file => file.Key != key) is { } newest)
            await store.DeleteAsync(newest.Key, null, cancellation);
        return await store.DeleteAsync(key, version, cancellation);
    }

    private static async ValueTask<string> KeepsFewFilesAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        string stored = await store.PutAsync(key, body, condition, cancellation);
        if (IsFile(key))
        {
            foreach (ObjectInfo old in (await FilesBesideAsync(store, key)).SkipLast(4))
                await store.DeleteAsync(old.Key, null, cancellation);
        }

        return stored;
    }

    private static async Task<List<ObjectInfo>> FilesBesideAsync(IDataGateway store, string key) =>
        [.. (await InterceptedStore.AllAsync(store, key[..(key.LastIndexOf('/') + 1)])).OrderBy(file => file.LastModified)];

    private static async ValueTask<ListPage> NeverEndsAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return prefix.EndsWith("/data/", StringComparison.Ordinal)
            ? page with { After = page.Objects.Count > 0 ? page.Objects[^1].Key : after ?? prefix } : page;
    }

    private static InterceptedStore AbsentWhenAltered()
    {
        ConcurrentDictionary<string, byte[]> first = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = (s, k, b, c, t) =>
            {
                _ = first.TryAdd(k, b.ToArray());
                return s.PutAsync(k, b, c, t);
            },
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is { } content && !(IsFile(k) && !content.Bytes.Span.SequenceEqual(first[k]))
                ? content : null,
        };
    }

    private static InterceptedStore CachesForEver()
    {
        ConcurrentDictionary<string, ObjectContent> cache = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) => !IsFile(k) ? await s.GetAsync(k, r, t)
                : cache.TryGetValue(k, out ObjectContent? known) ? known
                : await s.GetAsync(k, r, t) is { } content ? cache.GetOrAdd(k, content) : null,
        };
    }
}
