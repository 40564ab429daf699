using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Heads that are lost, stay for ever, come from elsewhere, or are seen too late.</summary>
internal static class HeadFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("a publication removes one head too many", () => Publishing((s, e, p, t) => RemovingMoreAsync(s, e, p, t)), "MET-02"),
        new("a publication removes nothing", () => Publishing((s, e, _, t) => s.PublishAsync(e, [], t)), "MET-02"),
        new("parents are removed before the new head is there", ParentsFirst, "MET-02", "MET-03"),
        new("readings flap between now and before", Flapping, "MET-03"),
        new("a late event stays for ever", LateStays, "MET-04"),
        new("a late event removes the newer heads", LateRemoves, "MET-04"),
        new("an event before its parents is dropped", OrphansDropped, "MET-05", "MET-07"),
        new("the head with the later time wins", ByTime, "MET-05"),
        new("an outage is answered as no heads", Outage, "MET-06", "MET-03"),
        new("each client reads once more what it had read", OneBehind, "MET-07"),
        new("a head can be read before its files", HeadsBeforeFiles, "MET-08"),
        new("databases are told apart by four letters", () => new InterceptedStore { OnName = n => n[..Math.Min(4, n.Length)] }, "MET-09"),
        new("heads in one object, read, changed and overwritten", Overwritten, "MET-10", "MET-01"),
        new("an event that comes twice is there twice", Twice, "MET-11"),
    ];

    private static InterceptedStore Publishing(Func<IMetadataGateway, MetaEntry, IReadOnlyCollection<Cid>, CancellationToken, ValueTask> publish) =>
        new() { OnHeads = sound => new InterceptedHeads(sound) { OnPublish = publish } };

    private static async ValueTask RemovingMoreAsync(IMetadataGateway sound, MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        MetaEntry? other = (await sound.ReadAsync(cancellation)).Entries.FirstOrDefault(e => !superseded.Contains(e.Cid));
        await sound.PublishAsync(entry, superseded.Count > 0 && other is not null ? [.. superseded, other.Cid] : superseded, cancellation);
    }

    private static InterceptedStore ParentsFirst()
    {
        ConcurrentDictionary<Cid, bool> removed = new();
        return new InterceptedStore
        {
            OnHeads = sound => new InterceptedHeads(sound)
            {
                OnRead = async (s, t) => await s.ReadAsync(t) is var now ? now with { Entries = [.. now.Entries.Where(e => !removed.ContainsKey(e.Cid))] } : now,
                OnPublish = async (s, e, p, t) =>
                {
                    foreach (Cid cid in p)
                        removed[cid] = true;
                    await Task.Delay(20, t);
                    await s.PublishAsync(e, p, t);
                },
            },
        };
    }

    private static InterceptedStore Flapping()
    {
        ConcurrentDictionary<IMetadataGateway, MetaReading> former = new();
        int readings = 0;
        return new InterceptedStore
        {
            OnHeads = sound => new InterceptedHeads(sound)
            {
                OnRead = (s, t) => Interlocked.Increment(ref readings) % 11 == 0 && former.TryGetValue(s, out MetaReading? old) ? ValueTask.FromResult(old) : s.ReadAsync(t),
                OnPublish = async (s, e, p, t) =>
                {
                    former[s] = await s.ReadAsync(t);
                    await s.PublishAsync(e, p, t);
                },
            },
        };
    }

    private static InterceptedStore LateStays()
    {
        ConcurrentDictionary<Cid, bool> superseded = new();
        ConcurrentDictionary<Cid, bool> staying = new();
        return Publishing((s, e, p, t) =>
        {
            if (superseded.ContainsKey(e.Cid))
                staying[e.Cid] = true;
            foreach (Cid cid in p)
                superseded[cid] = true;
            return s.PublishAsync(e, [.. p.Where(cid => !staying.ContainsKey(cid))], t);
        });
    }

    private static InterceptedStore LateRemoves()
    {
        ConcurrentDictionary<Cid, bool> superseded = new();
        return Publishing(async (s, e, p, t) =>
        {
            bool isLate = superseded.ContainsKey(e.Cid);
            foreach (Cid cid in p)
                superseded[cid] = true;
            await s.PublishAsync(e, isLate ? [.. (await s.ReadAsync(t)).Entries.Select(old => old.Cid)] : p, t);
        });
    }

    private static InterceptedStore OrphansDropped()
    {
        ConcurrentDictionary<Cid, bool> known = new();
        return Publishing((s, e, p, t) =>
        {
            if (!e.Parents.All(known.ContainsKey))
                return ValueTask.CompletedTask;
            known[e.Cid] = true;
            return s.PublishAsync(e, p, t);
        });
    }

    // Every second client's clock is behind, and an event that is older than the newest head counts as its past.
    private static InterceptedStore ByTime()
    {
        int clients = 0;
        long now = 0;
        long newest = 0;
        return new InterceptedStore
        {
            OnHeads = sound =>
            {
                int behind = Interlocked.Increment(ref clients) % 2 * 3;
                return new InterceptedHeads(sound)
                {
                    OnPublish = (s, e, p, t) =>
                    {
                        long stamp = Interlocked.Increment(ref now) - behind;
                        if (stamp < Interlocked.Read(ref newest))
                            return ValueTask.CompletedTask;
                        Interlocked.Exchange(ref newest, stamp);
                        return s.PublishAsync(e, p, t);
                    },
                };
            },
        };
    }

    private static InterceptedStore Outage()
    {
        int readings = 0;
        return new InterceptedStore
        {
            OnHeads = sound => new InterceptedHeads(sound)
            {
                OnRead = (s, t) => Interlocked.Increment(ref readings) % 23 == 0 ? ValueTask.FromResult(new MetaReading([], "")) : s.ReadAsync(t),
            },
        };
    }

    private static InterceptedStore OneBehind() => new()
    {
        OnHeads = sound =>
        {
            MetaReading? last = null;
            return new InterceptedHeads(sound)
            {
                OnRead = async (s, t) =>
                {
                    MetaReading now = await s.ReadAsync(t);
                    MetaReading told = last is null || last.Version == now.Version ? now : last;
                    last = now;
                    return told;
                },
            };
        },
    };

    private static InterceptedStore HeadsBeforeFiles()
    {
        ConcurrentDictionary<string, bool> asked = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnGet = (s, k, r, t) => k.EndsWith(".car", StringComparison.Ordinal) && asked.TryAdd(k, true) ? ValueTask.FromResult<ObjectContent?>(null) : s.GetAsync(k, r, t),
        };
    }

    private static InterceptedStore Overwritten() => new()
    {
        OnHeads = sound => new InterceptedHeads(sound)
        {
            OnTraits = t => t with { SingleObject = true },
            OnPublish = async (s, e, p, t) =>
            {
                ImmutableArray<MetaEntry> read = (await s.ReadAsync(t)).Entries;
                await Task.Delay(1, t);
                IEnumerable<Cid> since = (await s.ReadAsync(t)).Entries.Select(old => old.Cid).Except(read.Select(old => old.Cid));
                await s.PublishAsync(e, [.. p, .. since], t);
            },
        },
    };

    private static InterceptedStore Twice()
    {
        ConcurrentDictionary<Cid, int> times = new();
        return new InterceptedStore
        {
            OnHeads = sound => new InterceptedHeads(sound)
            {
                OnRead = async (s, t) => await s.ReadAsync(t) is var now
                    ? now with { Entries = [.. now.Entries.SelectMany(e => Enumerable.Repeat(e, times.GetValueOrDefault(e.Cid, 1)))] } : now,
                OnPublish = (s, e, p, t) =>
                {
                    times.AddOrUpdate(e.Cid, 1, static (_, n) => n + 1);
                    return s.PublishAsync(e, p, t);
                },
            },
        };
    }
}
