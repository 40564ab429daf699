using System.Collections.Immutable;

namespace FireproofBench.Gateways.Simulated;

/// <summary>The profiles of simulated stores that are sound: each does what it declares.</summary>
internal static class StoreProfiles
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<StoreProfile> All { get; } =
    [
        new("strong", "What is acknowledged is seen at once, by everybody; conditions hold."),
        new("read-after-create", "As S3 was before 2020: a new object is found at once, unless somebody asked for it before; overwrites, deletes and listings are late.")
        {
            Lags = static lag => new VisibilityLags { Overwrite = lag, Delete = lag, ListAdd = lag, ListRemove = lag, AreDrawn = true },
            CachesAbsence = true,
        },
        new("eventual", "Everything is late, each key by a time of its own; conditions hold, since they are looked at where the writes are.")
        {
            Lags = static lag => new VisibilityLags { Create = lag, Overwrite = lag, Delete = lag, ListAdd = lag, ListRemove = lag, AreDrawn = true },
        },
        new("list-lag", "Listings are late; a get by its key tells what is.") { Lags = static lag => new VisibilityLags { ListAdd = lag, ListRemove = lag } },
        new("delete-lag", "A deleted object is found and listed for a while; all else is seen at once.") { Lags = static lag => new VisibilityLags { Delete = lag, ListRemove = lag } },
        new("negative-cache", "That an object is absent is remembered for a while, by all clients, also when it is created meanwhile; all else is seen at once.") { CachesAbsence = true },
        new("replicas", "As Swift: several nodes, a quorum acknowledges, the others follow; the write with the later stamp wins; listings come from an index that is late. No conditions.")
        {
            Lags = static lag => new VisibilityLags { ListAdd = lag, ListRemove = lag, AreDrawn = true },
            Replicas = 3,
        },
        new("cdn", "A cache at each endpoint before a strong store repeats objects and absences until their age is reached; listings pass.") { MaxAge = TimeSpan.FromSeconds(30) },
        new("flapping", "Strong, with outages: for a while an endpoint refuses every call as Transient, and does nothing.") { MeanOutage = TimeSpan.FromMilliseconds(400) },
        new("unconditional", "Strong, without conditions: it refuses them, and says so before.") { IsConditional = false },
    ];

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Sound { get; } = [.. All.Select(static profile => profile.Name)];

    /// <summary>The strong one.</summary>
    public static StoreProfile Strong => All[0];
}
