using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>N: names that change on their way, or reach further than they should.</summary>
internal static class NameFaults
{
    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        // The strike is drawn by name: one that folded at one time and not at another would lose its own objects.
        new("N01", "case folding", "Two names that differ in case only are one object.", static setting => Renaming(setting, static key => Below(key, static name => name.ToLowerInvariant())))
            { Killers = ["NAM-02"] },
        new("N04", "decoded once more", "A plus becomes a space, and what is percent-encoded is decoded.", static setting =>
            Renaming(setting, static key => Uri.UnescapeDataString(key.Replace('+', ' ')))) { Killers = ["NAM-04"] },
        new("N05", "paths resolved", "A name with '..' in it leaves its place.", static setting => Renaming(setting, Resolved)) { Killers = ["NAM-05"] },
        new("N06", "prefix deleted", "A delete takes every key that begins with the one that is named.", static setting => new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnDelete = async (store, key, version, token) =>
                {
                    if (!setting.Strikes())
                        return await store.DeleteAsync(key, version, token);
                    bool any = false;
                    foreach (ObjectInfo found in await BentGateway.AllAsync(store, key, token))
                        any |= await store.DeleteAsync(found.Key, null, token);
                    return any;
                },
            },
        }) { Killers = ["OBJ-07"] },
    ];

    private static StoreBehaviour Renaming(FaultSetting setting, Func<string, string> rename) => new()
    {
        Store = sound => BentGateway.Renaming(sound, key => setting.StrikesAt(key.ToUpperInvariant()) ? rename(key) : key),
    };

    // Listings give the names as they are kept, so that the folders above stay as they were.
    private static string Below(string key, Func<string, string> change)
    {
        int slash = key.LastIndexOf('/');
        return slash < 0 ? change(key) : key[..(slash + 1)] + change(key[(slash + 1)..]);
    }

    private static string Resolved(string key)
    {
        List<string> segments = [];
        foreach (string segment in key.Split('/', '\\'))
        {
            if (Uri.UnescapeDataString(segment).Trim('/', '\\') is ".." or "../" && segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            else if (segment is not ("." or ""))
                segments.Add(segment);
        }

        return string.Join('/', segments);
    }
}
