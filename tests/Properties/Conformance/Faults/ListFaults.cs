using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Listings that lie.</summary>
internal static class ListFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("page boundary drop", () => new InterceptedStore { OnList = DropLastOfPageAsync }, "LST-01"),
        new("key at the page border twice", () => new InterceptedStore { OnList = RepeatBorderAsync }, "LST-01"),
        new("new keys enter late", ListLag, "LST-01", "CCY-06"),
        new("pages by offset", () => new InterceptedStore { OnList = ByOffsetAsync }, "LST-02"),
        new("sibling leak", () => new InterceptedStore { OnList = (s, p, a, l, t) => s.ListAsync(p.TrimEnd('/'), a, l, t) }, "LST-03", "LST-07"),
        new("wildcard in prefix", () => new InterceptedStore { OnList = (s, p, a, l, t) => s.ListAsync(p.Split('*')[0], a, l, t) }, "LST-03"),
        new("inclusive start-after", () => new InterceptedStore { OnList = InclusiveAsync }, "LST-04"),
        new("order without case", () => new InterceptedStore { OnList = CaselessOrderAsync }, "LST-04"),
        new("order of UTF-16", () => new InterceptedStore { OnList = Utf16OrderAsync }, "LST-04"),
        new("ghost keys", Ghosts, "LST-05"),
        new("short page on interruption", () => new InterceptedStore { OnList = ShortWhenCancelledAsync }, "LST-06"),
    ];

    private static async ValueTask<ListPage> DropLastOfPageAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page.After is null || limit < 100 ? page : page with { Objects = [.. page.Objects.SkipLast(1)] };
    }

    private static async ValueTask<ListPage> RepeatBorderAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return after is null || limit < 7 || await store.HeadAsync(after, cancellation) is not { } border ? page
            : page with { Objects = [border, .. page.Objects.Take(limit - 1)] };
    }

    private static InterceptedStore ListLag()
    {
        ConcurrentDictionary<string, bool> young = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                string version = await s.PutAsync(k, b, c, t);
                young[k] = true;
                return version;
            },
            OnList = async (s, p, a, l, t) =>
            {
                ListPage page = await s.ListAsync(p, a, l, t);
                return page with { Objects = [.. page.Objects.Where(o => !young.TryRemove(o.Key, out _))] };
            },
        };
    }

    private static async ValueTask<ListPage> ByOffsetAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        if (after is not null && !after.StartsWith("offset:", StringComparison.Ordinal))
            return await store.ListAsync(prefix, after, limit, cancellation);
        int offset = after is null ? 0 : int.Parse(after["offset:".Length..], System.Globalization.CultureInfo.InvariantCulture);
        List<ObjectInfo> all = await InterceptedStore.AllAsync(store, prefix, cancellation);
        return new ListPage([.. all.Skip(offset).Take(limit)], offset + limit < all.Count ? $"offset:{offset + limit}" : null);
    }

    private static async ValueTask<ListPage> InclusiveAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return after is null || limit < 1000 || await store.HeadAsync(after, cancellation) is not { } border ? page
            : page with { Objects = [border, .. page.Objects] };
    }

    private static async ValueTask<ListPage> CaselessOrderAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page with { Objects = [.. page.Objects.OrderBy(o => o.Key, StringComparer.OrdinalIgnoreCase)] };
    }

    private static async ValueTask<ListPage> Utf16OrderAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page with { Objects = [.. page.Objects.OrderBy(o => o.Key, StringComparer.Ordinal)] };
    }

    private static InterceptedStore Ghosts()
    {
        ConcurrentDictionary<string, ObjectInfo> ghosts = new(StringComparer.Ordinal);
        int deletes = 0;
        return new InterceptedStore
        {
            OnDelete = async (s, k, v, t) =>
            {
                if (await s.HeadAsync(k, t) is { } info && Interlocked.Increment(ref deletes) % 3 == 0)
                    ghosts[k] = info;
                return await s.DeleteAsync(k, v, t);
            },
            OnList = async (s, p, a, l, t) =>
            {
                ListPage page = await s.ListAsync(p, a, Math.Max(1, l - 1), t);
                return page with
                {
                    Objects = [.. page.Objects,
                    .. ghosts.Values.Where(g => a is null && g.Key.StartsWith(p, StringComparison.Ordinal)).Take(1)]
                };
            },
        };
    }

    private static async ValueTask<ListPage> ShortWhenCancelledAsync(
        IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, CancellationToken.None);
        return cancellation.IsCancellationRequested ? new ListPage([.. page.Objects.Take(page.Objects.Count / 2)], null) : page;
    }
}
