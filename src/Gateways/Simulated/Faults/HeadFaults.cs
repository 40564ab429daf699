using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>H: heads that are lost, come back, or are another's.</summary>
internal static class HeadFaults
{
    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("H01", "last writer wins", "Heads are read, changed and written back as one, without a look at what came meanwhile.", static setting => Publishing(async (heads, entry, superseded, token) =>
        {
            ImmutableArray<MetaEntry> read = (await heads.ReadAsync(token)).Entries;
            await setting.WaitAsync(token);
            IEnumerable<Cid> since = setting.Strikes() ? (await heads.ReadAsync(token)).Entries.Select(static head => head.Cid).Except(read.Select(static head => head.Cid)) : [];
            await heads.PublishAsync(entry, [.. superseded, .. since], token);
        })) { Killers = ["MET-01", "MET-10", "ENG-02"], Lag = TimeSpan.FromMilliseconds(2) },
        new("H03", "parents removed first", "What an event replaces is gone before the event is there.", ParentsFirst) { Killers = ["MET-02", "MET-03"], Lag = TimeSpan.FromMilliseconds(4) },
        new("H05", "late events come back", "An event that comes once more after it was replaced becomes a head for good.", LateStays) { Killers = ["MET-04"] },
        new("H06", "an outage is no heads", "A reading that failed is answered as that of an empty database.", static setting => new StoreBehaviour
        {
            Heads = sound => new BentHeads(sound)
            {
                OnRead = (heads, token) => setting.Strikes() ? ValueTask.FromResult(new MetaReading([], "")) : heads.ReadAsync(token),
            },
        }) { Killers = ["MET-06", "MET-03"], Rate = 0.05 },
        new("H08", "tenants mixed", "The heads of a database are those of every one whose name begins alike.", static _ => new StoreBehaviour { HeadName = static name => name[..Math.Min(3, name.Length)] })
            { Killers = ["MET-09"] },
        new("H10", "ordered by clocks", "An event counts as the past of whatever another device wrote by a clock that is ahead.", ByClock) { Killers = ["MET-05", "TIM-01", "CON-08"] },
    ];

    private static StoreBehaviour Publishing(Func<IMetadataGateway, MetaEntry, IReadOnlyCollection<Cid>, CancellationToken, ValueTask> publish) =>
        new() { Heads = sound => new BentHeads(sound) { OnPublish = publish } };

    private static StoreBehaviour ParentsFirst(FaultSetting setting)
    {
        ConcurrentDictionary<Cid, bool> removed = new();
        return new StoreBehaviour
        {
            Heads = sound => new BentHeads(sound)
            {
                OnRead = async (heads, token) => await heads.ReadAsync(token) is var now ? now with { Entries = [.. now.Entries.Where(entry => !removed.ContainsKey(entry.Cid))] } : now,
                OnPublish = async (heads, entry, superseded, token) =>
                {
                    if (setting.Strikes())
                    {
                        foreach (Cid cid in superseded)
                            removed[cid] = true;
                        await setting.WaitAsync(token);
                    }

                    await heads.PublishAsync(entry, superseded, token);
                },
            },
        };
    }

    private static StoreBehaviour LateStays(FaultSetting setting)
    {
        ConcurrentDictionary<Cid, bool> replaced = new();
        ConcurrentDictionary<Cid, bool> staying = new();
        return Publishing((heads, entry, superseded, token) =>
        {
            if (replaced.ContainsKey(entry.Cid) && setting.Strikes())
                staying[entry.Cid] = true;
            foreach (Cid cid in superseded)
                replaced[cid] = true;
            return heads.PublishAsync(entry, [.. superseded.Where(cid => !staying.ContainsKey(cid))], token);
        });
    }

    // Every second device's clock is behind by the lag.
    private static StoreBehaviour ByClock(FaultSetting setting)
    {
        int devices = 0;
        DateTimeOffset newest = DateTimeOffset.MinValue;
        return new StoreBehaviour
        {
            Heads = sound =>
            {
                TimeSpan behind = setting.Lag * (Interlocked.Increment(ref devices) % 2);
                return new BentHeads(sound)
                {
                    OnPublish = (heads, entry, superseded, token) =>
                    {
                        DateTimeOffset stamp = setting.Time.GetUtcNow() - behind;
                        if (stamp < newest && setting.Strikes())
                            return ValueTask.CompletedTask;
                        newest = stamp > newest ? stamp : newest;
                        return heads.PublishAsync(entry, superseded, token);
                    },
                };
            },
        };
    }
}
