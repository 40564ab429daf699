using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Limits that nobody is told of.</summary>
internal static class LimitFaults
{
    private const int Most = 2 << 20;

    public static IEnumerable<Fault> All { get; } =
    [
        new("files above 2 MiB are cut", () => new InterceptedStore { OnPut = (s, k, b, c, t) => s.PutAsync(k, b.Length > Most ? b[..Most] : b, c, t) }, "LIM-01"),
        new("files above 2 MiB are refused and their beginning is kept", () => new InterceptedStore { OnPut = CutAndRefuseAsync }, "LIM-01"),
        new("files above 500 kB are refused", () => new InterceptedStore { OnPut = (s, k, b, c, t) => b.Length > 500_000 && k.Contains("/LIM-01-", StringComparison.Ordinal)
            ? throw new StorageException(StorageErrorKind.Unsupported, "put", k, "too large") : s.PutAsync(k, b, c, t) }, "LIM-01"),
        new("a listing ends after 150 keys", () => new InterceptedStore { OnList = EndsEarlyAsync }, "LIM-02"),
        new("fast writes of one key are acknowledged and dropped", DropsFastWrites, "LIM-03"),
        new("one request of a crowd is forgotten", Forgets, "LIM-04"),
        new("64 heads are kept at the most", () => new InterceptedStore { OnHeads = sound => new InterceptedHeads(sound)
        {
            OnRead = async (s, t) => await s.ReadAsync(t) is var now ? now with { Entries = [.. now.Entries.Take(64)] } : now,
        } }, "LIM-05"),
    ];

    private static async ValueTask<string> CutAndRefuseAsync(IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (body.Length <= Most)
            return await store.PutAsync(key, body, condition, cancellation);
        await store.PutAsync(key, body[..Most], condition, cancellation);
        throw new StorageException(StorageErrorKind.Unsupported, "put", key, "too large");
    }

    private static async ValueTask<ListPage> EndsEarlyAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ObjectInfo[] shown = [.. (await InterceptedStore.AllAsync(store, prefix, cancellation)).Take(150).Where(o => after is null || string.CompareOrdinal(o.Key, after) > 0)];
        return new ListPage([.. shown.Take(limit)], shown.Length > limit ? shown[limit - 1].Key : null);
    }

    private static InterceptedStore DropsFastWrites()
    {
        ConcurrentDictionary<string, int> writes = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = (s, k, b, c, t) => writes.AddOrUpdate(k, 1, static (_, n) => n + 1) > 10 ? ValueTask.FromResult("dropped") : s.PutAsync(k, b, c, t),
        };
    }

    private static InterceptedStore Forgets()
    {
        int calls = 0;
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                if (k.Contains("/crowd-", StringComparison.Ordinal) && Interlocked.Increment(ref calls) == 200)
                    await Task.Delay(Timeout.InfiniteTimeSpan, t);
                return await s.PutAsync(k, b, c, t);
            },
        };
    }
}
