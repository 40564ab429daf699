using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>B: bytes that are not those that were written.</summary>
internal static class ByteFaults
{
    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("B01", "short body", "A body ends early, in good order, below the full length of its object.", static setting => Getting(async (store, key, range, token) =>
            await store.GetAsync(key, range, token) is { Bytes.Length: > 1 } content && setting.Strikes()
                ? content with { Bytes = content.Bytes[..(1 + setting.Below(content.Bytes.Length - 1))] }
                : await store.GetAsync(key, range, token))) { Killers = ["OBJ-01", "INT-01", "INT-02"], Rate = 0.05 },
        new("B03", "bit rot", "An object changes by one bit while it lies there.", Rotting) { Killers = ["INT-08"], Rate = 0.2, Lag = TimeSpan.FromMilliseconds(1) },
        new("B05", "ranges ignored", "A part that is asked for is answered with the whole object.", static setting => Getting((store, key, range, token) =>
            store.GetAsync(key, range is not null && setting.Strikes() ? null : range, token))) { Killers = ["OBJ-04"] },
        new("B09", "empty is absent", "An empty object is acknowledged and not kept.", static setting => new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnPut = (store, key, body, condition, token) => body.IsEmpty && setting.Strikes() ? ValueTask.FromResult("empty") : store.PutAsync(key, body, condition, token),
            },
        }) { Killers = ["OBJ-02"] },
    ];

    private static StoreBehaviour Getting(Func<IDataGateway, string, ByteRange?, CancellationToken, ValueTask<ObjectContent?>> get) =>
        new() { Store = sound => new BentGateway(sound) { OnGet = get } };

    // An object rots once and for good, and only after a while.
    private static StoreBehaviour Rotting(FaultSetting setting)
    {
        ConcurrentDictionary<string, (bool Rots, long Since)> objects = new(StringComparer.Ordinal);
        return new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnPut = (store, key, body, condition, token) =>
                {
                    objects[key] = (body.Length > 0 && setting.Strikes(), setting.Time.GetTimestamp());
                    return store.PutAsync(key, body, condition, token);
                },
                OnGet = async (store, key, range, token) =>
                {
                    ObjectContent? content = await store.GetAsync(key, range, token);
                    if (content is not { Bytes.Length: > 0 } || !objects.TryGetValue(key, out (bool Rots, long Since) there) || !there.Rots || setting.Time.GetElapsedTime(there.Since) < setting.Lag)
                        return content;
                    byte[] rotten = content.Bytes.ToArray();
                    rotten[rotten.Length / 2] ^= 0x10;
                    return content with { Bytes = rotten };
                },
            },
        };
    }
}
