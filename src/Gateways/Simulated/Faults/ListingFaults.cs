using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>L: listings that lie.</summary>
internal static class ListingFaults
{
    private const int LongPage = 100;

    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("L01", "a key lost between pages", "The last key of a long page is on neither side of the border.", static setting => Listing(async (store, prefix, after, limit, token) =>
        {
            ListPage page = await store.ListAsync(prefix, after, limit, token);
            return page.After is not null && limit >= LongPage && setting.Strikes() ? page with { Objects = [.. page.Objects.SkipLast(1)] } : page;
        })) { Killers = ["LST-01"] },
        new("L05", "siblings listed", "The last character of a prefix is not looked at, so that neighbours are listed too.", static setting => Listing((store, prefix, after, limit, token) =>
            store.ListAsync(prefix.EndsWith('/') && setting.Strikes() ? prefix[..^1] : prefix, after, limit, token))) { Killers = ["LST-03", "LST-07"] },
        new("L06", "start-after included", "A listing after a key begins with that key.", static setting => Listing(async (store, prefix, after, limit, token) =>
        {
            ListPage page = await store.ListAsync(prefix, after, limit, token);
            return after is not null && limit > 1 && setting.Strikes() && after.StartsWith(prefix, StringComparison.Ordinal) && await store.HeadAsync(after, token) is { } border
                ? page with { Objects = [border, .. page.Objects.Take(limit - 1)], After = page.Objects.Count < limit ? page.After : page.Objects[limit - 2].Key }
                : page;
        })) { Killers = ["LST-04"] },
        new("L08", "ghosts", "A deleted key stays listed for good.", Ghosts) { Killers = ["LST-05"], Rate = 0.3 },
    ];

    private static StoreBehaviour Listing(Func<IDataGateway, string, string?, int, CancellationToken, ValueTask<ListPage>> list) =>
        new() { Store = sound => new BentGateway(sound) { OnList = list } };

    private static StoreBehaviour Ghosts(FaultSetting setting)
    {
        ConcurrentDictionary<string, ObjectInfo> ghosts = new(StringComparer.Ordinal);
        return new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnDelete = async (store, key, version, token) =>
                {
                    if (await store.HeadAsync(key, token) is { } info && setting.Strikes())
                        ghosts[key] = info;
                    return await store.DeleteAsync(key, version, token);
                },
                OnPut = (store, key, body, condition, token) =>
                {
                    _ = ghosts.TryRemove(key, out _);
                    return store.PutAsync(key, body, condition, token);
                },
                OnList = async (store, prefix, after, limit, token) =>
                {
                    ListPage page = await store.ListAsync(prefix, after, limit, token);
                    ObjectInfo[] shown =
                    [
                        .. page.Objects.Concat(ghosts.Values.Where(ghost => ghost.Key.StartsWith(prefix, StringComparison.Ordinal)
                                && (after is null || Layout.KeyOrder.Compare(ghost.Key, after) > 0) && (page.After is null || Layout.KeyOrder.Compare(ghost.Key, page.After) <= 0)))
                            .OrderBy(static info => info.Key, Layout.KeyOrder.Instance),
                    ];
                    return shown.Length <= limit ? page with { Objects = shown } : new ListPage(shown[..limit], shown[limit - 1].Key);
                },
            },
        };
    }
}
