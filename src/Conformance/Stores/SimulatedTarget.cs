using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Conformance.Stores;

/// <summary>Opens simulated stores, each in a world of its own, with two endpoints and everything that a run can do to a store.</summary>
internal static class SimulatedTarget
{
    /// <summary>A new, empty store.</summary>
    public static StoreUnderTest Open(SimulatedUrl url)
    {
        VirtualWorld world = new();
        SimulatedStore store = new(url, new GatewayOptions { Time = world.Time, Entropy = new SeededEntropy((ulong)url.Seed) });
        return new StoreUnderTest
        {
            Url = url.ToString(),
            Declared = url.Store.IsLate ? new DeclaredVisibility(url.SettlingTime) : null,
            Data = store.Open(),
            OpenPeer = _ => ValueTask.FromResult(store.Open()),
            Endpoints = [new StoreUnderTest { Url = $"{url} (second endpoint)", Data = store.Open(1) }],
            OpenDatabase = (prefix, name) => store.OpenDatabase(prefix, name),
            OpenMissing = _ => store.OpenMissing(),
            Strangers = [new StoreAccess("a client with a wrong key", _ => ValueTask.FromResult(store.OpenAsStranger()))],
            Restart = async token => await store.RestartAsync(token),
            Fill = full =>
            {
                store.Fill(full);
                return ValueTask.CompletedTask;
            },
            Degrade = degraded =>
            {
                store.Degrade(degraded);
                return ValueTask.CompletedTask;
            },
            PartsAbove = store.PartsAbove,
            World = world,
        };
    }
}
