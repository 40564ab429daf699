using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>V: what was acknowledged is seen late, or never.</summary>
internal static class VisibilityFaults
{
    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("V01", "stale after overwrite", "A get gives the former content for a while after an overwrite was acknowledged.", static setting =>
            Lagging(setting, new VisibilityLags { Overwrite = setting.Lag })) { Killers = ["CON-03", "CON-08", "MET-07"] },
        new("V02", "negative cache", "That an object is absent is remembered for a while, by all clients, also when it is created meanwhile.", AbsenceCached) { Killers = ["CON-02"] },
        new("V05", "list lag", "New keys are listed late; a get finds them at once.", static setting =>
            Lagging(setting, new VisibilityLags { ListAdd = setting.Lag })) { Killers = ["CON-04", "LST-01"] },
        new("V07", "delete lag", "A deleted object is given for a while.", static setting =>
            Lagging(setting, new VisibilityLags { Delete = setting.Lag })) { Killers = ["OBJ-06", "CON-01"] },
        new("V09", "delete overtakes write", "Of a put and a delete that follow each other the delete is seen first: between them nothing is there.", static setting =>
            Lagging(setting, new VisibilityLags { Create = setting.Lag, ListAdd = setting.Lag })) { Killers = ["MET-02", "MET-03"] },
        new("V11", "never converges", "Two endpoints that take writes of one key at once keep different ones for good.", static setting =>
        {
            DivergingReplicas replicas = new(setting);
            return new StoreBehaviour { Endpoint = replicas.Open };
        }) { Killers = ["CON-09"], Lag = TimeSpan.FromMilliseconds(5) },
        new("V14", "cache before the store", "A get is answered from a cache that overwrites and deletes do not reach, for as long as its entries last.", Cached) { Killers = ["CON-03", "MET-07"] },
    ];

    private static StoreBehaviour Lagging(FaultSetting setting, VisibilityLags lags) =>
        new() { Store = sound => new LaggingGateway(sound, lags, setting), HeadsAreObjects = true };

    private static StoreBehaviour AbsenceCached(FaultSetting setting)
    {
        ConcurrentDictionary<string, long> missed = new(StringComparer.Ordinal);
        async ValueTask<T?> Remembering<T>(string key, Func<ValueTask<T?>> ask)
            where T : class
        {
            if (missed.TryGetValue(key, out long at))
            {
                if (setting.Time.GetElapsedTime(at) < setting.Lag)
                    return null;
                _ = missed.TryRemove(key, out _);
            }

            T? found = await ask();
            if (found is null && setting.Strikes())
                missed[key] = setting.Time.GetTimestamp();
            return found;
        }

        return new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnGet = (store, key, range, token) => Remembering(key, () => store.GetAsync(key, range, token)),
                OnHead = (store, key, token) => Remembering(key, () => store.HeadAsync(key, token)),
            },
            HeadsAreObjects = true,
        };
    }

    private static StoreBehaviour Cached(FaultSetting setting)
    {
        ConcurrentDictionary<string, (ObjectContent Content, long At)> cache = new(StringComparer.Ordinal);
        return new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnGet = async (store, key, range, token) =>
                {
                    if (range is null && cache.TryGetValue(key, out (ObjectContent Content, long At) kept) && setting.Time.GetElapsedTime(kept.At) < setting.Lag)
                        return kept.Content;
                    ObjectContent? content = await store.GetAsync(key, range, token);
                    if (content is not null && range is null && setting.Strikes())
                        cache[key] = (content, setting.Time.GetTimestamp());
                    return content;
                },
            },
            HeadsAreObjects = true,
        };
    }
}
