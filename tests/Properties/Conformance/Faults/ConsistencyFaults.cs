using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>What was acknowledged is seen late, or not for good.</summary>
internal static class ConsistencyFaults
{
    private static readonly TimeSpan s_lag = TimeSpan.FromMilliseconds(200);

    public static IEnumerable<Fault> All { get; } =
    [
        new("creates are seen late", () => LaggingStore.Of(create: s_lag), "CON-01"),
        new("deletes are seen late", () => LaggingStore.Of(delete: s_lag), "CON-01"),
        new("overwrites are seen late", () => LaggingStore.Of(overwrite: s_lag), "CON-03", "CON-06", "CON-07", "CON-08"),
        new("new keys are listed late", () => LaggingStore.Of(listAdd: s_lag), "CON-04"),
        new("deleted keys stay listed", () => LaggingStore.Of(listRemove: s_lag), "CON-04"),
        new("absence is cached", AbsenceCached, "CON-02"),
        new("an object is absent now and then", Flapping, "CON-05"),
        new("an old content comes back now and then", OldComesBack, "CON-05", "CON-06", "CON-07", "CON-08"),
        new("overwrites of a node with a slow clock are lost", SlowClock, "CON-03", "CON-08"),
        new("replicas that never agree", () => ConcurrencyFaults.TwoReplicas(3), "CON-09"),
    ];

    private static InterceptedStore AbsenceCached()
    {
        ConcurrentDictionary<string, long> missed = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) =>
            {
                if (missed.TryGetValue(k, out long at) && TimeProvider.System.GetElapsedTime(at) < s_lag)
                    return null;
                ObjectContent? content = await s.GetAsync(k, r, t);
                if (content is null)
                    missed[k] = TimeProvider.System.GetTimestamp();
                return content;
            },
        };
    }

    private static InterceptedStore Flapping()
    {
        int gets = 0;
        return new InterceptedStore
        {
            OnGet = (s, k, r, t) => Interlocked.Increment(ref gets) % 13 == 0 ? new ValueTask<ObjectContent?>((ObjectContent?)null) : s.GetAsync(k, r, t),
        };
    }

    private static InterceptedStore OldComesBack()
    {
        ConcurrentDictionary<string, ObjectContent> first = new(StringComparer.Ordinal);
        int gets = 0;
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) =>
            {
                if (await s.GetAsync(k, r, t) is not { } content)
                    return null;
                ObjectContent old = first.GetOrAdd(k, content);
                return Interlocked.Increment(ref gets) % 13 == 0 ? old : content;
            },
        };
    }

    private static InterceptedStore SlowClock()
    {
        int overwrites = 0;
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
                await s.HeadAsync(k, t) is { } there && Interlocked.Increment(ref overwrites) % 4 == 0 ? there.Version : await s.PutAsync(k, b, c, t),
        };
    }
}
