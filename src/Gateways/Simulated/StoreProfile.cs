namespace FireproofBench.Gateways.Simulated;

/// <summary>How a simulated store behaves: what it shows when, and what it can do. It does what it declares.</summary>
/// <remarks>
/// <para>From the objects to the client: what is acknowledged is at the nodes of a quorum, and reaches the others within <see cref="Lag"/> by hand-off, or by the next round in which
/// all compare what they have; nodes show it and the index lists it after the times that <see cref="Lags"/> gives; caches stand before that, and outages before the caches.</para>
/// <para>With several nodes a client of endpoint 0 reads from any of them, each time another, and one of endpoint n from node n - 1. Of two writes of one key that with the later
/// stamp of its node's clock wins in the end, everywhere; what is written once is never lost. Conditions would not hold there, so they are refused.</para>
/// </remarks>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Model">Its consistency model, for people.</param>
internal sealed record StoreProfile(string Name, string Model)
{
    /// <summary>How late what is late is at the most.</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How late each kind of change is shown, for a lag; null for a store that shows everything at once.</summary>
    public Func<TimeSpan, VisibilityLags>? Lags { get; init; }

    /// <summary>Whether all clients are told for <see cref="Lag"/> that an object is absent, once one of them was.</summary>
    public bool CachesAbsence { get; init; }

    /// <summary>How many nodes keep the store, from 1 on.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How far the clocks of the nodes are apart at the most.</summary>
    public TimeSpan Skew { get; init; }

    /// <summary>How long the cache of an endpoint repeats contents and absences; zero for no cache.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>The mean time of an outage; zero for none.</summary>
    public TimeSpan MeanOutage { get; init; }

    /// <summary>Whether conditions are taken.</summary>
    public bool IsConditional { get; init; } = true;

    /// <summary>Whether conditions are held by all endpoints together: nodes that agree on nothing hold none.</summary>
    public bool HoldsConditions => IsConditional && Replicas == 1;

    /// <summary>What the service of the heads tells.</summary>
    public PushForm Push { get; init; }

    /// <summary>Whether anything is shown later than it is acknowledged.</summary>
    public bool IsLate => Lags is not null || CachesAbsence || Replicas > 1 || MaxAge > TimeSpan.Zero;

    /// <summary>The time after the last write, and after an outage, within which everybody is shown the same, and what was written.</summary>
    public TimeSpan Visible
    {
        get
        {
            VisibilityLags lags = LagsInForce;
            TimeSpan longest = lags.Create + (CachesAbsence ? Lag : TimeSpan.Zero);
            foreach (TimeSpan other in (ReadOnlySpan<TimeSpan>)[lags.Overwrite, lags.Delete, lags.ListAdd, lags.ListRemove])
                longest = other > longest ? other : longest;
            return longest + (Replicas > 1 ? Lag : TimeSpan.Zero) + MaxAge;
        }
    }

    /// <summary>The longest time in which an endpoint may refuse every call.</summary>
    public TimeSpan LongestOutage => MeanOutage * Outages.Longest;

    private VisibilityLags LagsInForce => Lags?.Invoke(Lag) ?? new VisibilityLags();

    /// <summary>Makes the behaviour.</summary>
    /// <param name="shown">Which changes are late, chance and clock.</param>
    /// <param name="told">Which messages of the heads are lost or held back, and for how long.</param>
    /// <param name="fault">What the store does wrong besides: nearer to the clients than its nodes, farther than caches and outages.</param>
    public StoreBehaviour Behaviour(FaultSetting shown, FaultSetting told, StoreBehaviour fault) =>
        Nodes(shown).Then(fault).Then(Conditions()).Then(Caches(shown.Time)).Then(Ways(shown, told));

    private StoreBehaviour Nodes(FaultSetting setting)
    {
        if (Lags is null && Replicas == 1)
            return new StoreBehaviour();
        ChangeHistory history = new(LagsInForce, setting, new ReplicaSetting(Replicas, Skew, Replicas > 1 ? Lag : TimeSpan.Zero));
        return new StoreBehaviour
        {
            Store = sound => new LaggingGateway(new BentGateway(sound) { OnTraits = static traits => traits with { StronglyConsistent = false } }, history),
            Endpoint = static (store, endpoint) => store is LaggingGateway nodes && endpoint > 0 ? nodes.At(endpoint - 1) : store,
            HeadsAreObjects = true,
        };
    }

    private StoreBehaviour Conditions() => HoldsConditions
        ? new StoreBehaviour()
        : new StoreBehaviour { Endpoint = static (store, _) => new UnconditionalGateway(store) };

    private StoreBehaviour Caches(TimeProvider time)
    {
        StoreBehaviour caches = new();
        if (CachesAbsence)
        {
            AnswerCache shared = new(Lag, keepsContents: false, time);
            caches = new StoreBehaviour { Endpoint = (store, _) => shared.Before(store), HeadsAreObjects = true };
        }

        return MaxAge == TimeSpan.Zero
            ? caches
            : caches.Then(new StoreBehaviour { Endpoint = (store, _) => new AnswerCache(MaxAge, keepsContents: true, time).Before(store), HeadsAreObjects = true });
    }

    private StoreBehaviour Ways(FaultSetting setting, FaultSetting told)
    {
        StoreBehaviour ways = Push == PushForm.Sound ? new StoreBehaviour() : new StoreBehaviour { Heads = new PushChannel(Push, told).Before };
        return MeanOutage == TimeSpan.Zero ? ways : ways.Then(new StoreBehaviour
        {
            Endpoint = (store, endpoint) => new OutageGateway(store, new Outages(MeanOutage, endpoint, setting)),
            EndpointHeads = (heads, endpoint) => new OutageHeads(heads, new Outages(MeanOutage, endpoint, setting)),
        });
    }
}
