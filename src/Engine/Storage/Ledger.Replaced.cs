using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <content>What a log still names, and compactions put something else in the place of.</content>
internal sealed partial class Ledger
{
    /// <summary>Groups that compactions of compactions replaced, of those that are remembered, per generation.</summary>
    private const int EarlierCapacity = 4 * 1024;

    private readonly BoundedCache<Cid, HashSet<CarGroup>> _earlier = new(EarlierCapacity);

    /// <summary>The groups that compactions of a log replaced, as far as all that was in them is in the log: another device may still list them.</summary>
    /// <param name="log">The log.</param>
    /// <param name="among">The groups that matter: no other is judged, which may take a question to a remote store; null for all.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask<HashSet<CarGroup>> ReplacedInAsync(ImmutableArray<CarGroup> log, HashSet<CarGroup>? among, CancellationToken cancellation)
    {
        var replaced = new HashSet<CarGroup>();
        foreach (CarGroup group in log)
        {
            ImmutableArray<CarGroup> own = await blocks.ReadReplacedAsync(group, cancellation);
            if (own.Length == 0)
                continue;
            HashSet<CarGroup> earlier = await EarlierAsync(group, own, cancellation);
            if ((among is null || own.Any(among.Contains) || earlier.Overlaps(among)) && await IsCompleteAsync(group, cancellation))
            {
                replaced.UnionWith(own);
                replaced.UnionWith(earlier);
            }
        }

        return replaced;
    }

    // A compaction that was never seen here may itself have been replaced by the next: what it had replaced would stand in our log for ever, long after others deleted it.
    // It is the oldest of what the next one takes together, so that only that one is asked, and once.
    private async ValueTask<HashSet<CarGroup>> EarlierAsync(CarGroup compaction, ImmutableArray<CarGroup> own, CancellationToken cancellation)
    {
        if (_earlier.Find(compaction.First) is { } known)
            return known;
        var earlier = new HashSet<CarGroup>();
        bool isAllKnown = true;
        var open = new Stack<ImmutableArray<CarGroup>>([own]);
        while (open.TryPop(out ImmutableArray<CarGroup> groups))
        {
            for (int i = groups.Length - 1; i >= 0; i--)
            {
                ImmutableArray<CarGroup> older = blocks.IsAbsent(groups[i]) ? [] : await blocks.ReadReplacedAsync(groups[i], cancellation);
                isAllKnown &= !blocks.IsAbsent(groups[i]);
                if (older.Length == 0)
                    break;
                earlier.UnionWith(older);
                open.Push(older);
            }
        }

        // What is nowhere now may come.
        if (isAllKnown)
            _earlier.Add(compaction.First, earlier, 1 + earlier.Count);
        return earlier;
    }

    /// <summary>Whether a compaction took over what it says that it replaces; the reference engine can leave out its newest group.</summary>
    public async ValueTask<bool> IsCompleteAsync(CarGroup compaction, CancellationToken cancellation)
    {
        if (await blocks.ReadHeaderAsync(compaction, cancellation) is not { } header)
            return false;
        if (header.Cars.Length > 0)
            return true;

        // What was nowhere a moment ago is not asked for again, perhaps while writes wait; a log that names it lifts that.
        CarHeader? newest = blocks.IsAbsent(header.Compact[0]) ? null : await blocks.ReadHeaderAsync(header.Compact[0], cancellation);
        if (newest is null || (compaction.Cars.Length > 1 && await blocks.ReadIndexAsync(compaction.Cars[^1], cancellation) is { } index && newest.Heads.All(head => index.Find(head).Any())))
            return true;
        var own = new HashSet<Cid>();
        foreach (Cid car in compaction.Cars)
        {
            if (await blocks.OpenAsync(car, cancellation) is not { } file)
                return false;
            own.UnionWith(file.Blocks.Select(static block => block.Cid));
        }

        return newest.Heads.All(own.Contains);
    }

    // A compaction that is gone cannot say any more what it had replaced: that would stand in our log for ever, and nothing could be sent. What is nowhere is not needed where
    // the heads of others, whose log is whole, stand for all events but those that are at hand.
    private async ValueTask<ImmutableArray<CarGroup>> WithoutGoneAsync(
        ImmutableArray<CarGroup> log, ImmutableArray<Cid> heads, ImmutableArray<MetaEntry> entries, CancellationToken cancellation)
    {
        // Where a store shows late nothing is collected, and what is absent may come.
        if (blocks.Files.MayBeLate || !log.Any(blocks.IsAbsent))
            return log;
        LedgerState theirs = await BuildAsync([], entries, cancellation);
        HashSet<CarGroup> gone = [.. log.Where(blocks.IsAbsent)];
        gone.ExceptWith(theirs.Log);
        return gone.Count > 0 && await IsWholeAsync(theirs.Log, cancellation) && await AreAtHandAsync(heads, theirs.Heads, cancellation)
            ? [.. log.Where(group => !gone.Contains(group))]
            : log;
    }

    private async ValueTask<bool> IsWholeAsync(ImmutableArray<CarGroup> log, CancellationToken cancellation)
    {
        foreach (CarGroup group in log)
        {
            if (!(await blocks.ReadReplacedAsync(group, cancellation)).IsEmpty && !await IsCompleteAsync(group, cancellation))
                return false;
        }

        return true;
    }

    // Whether files hold all events of heads that others do not stand for. Every way back passes the common ancestor.
    private async ValueTask<bool> AreAtHandAsync(ImmutableArray<Cid> heads, ImmutableArray<Cid> theirs, CancellationToken cancellation)
    {
        try
        {
            var seen = new HashSet<Cid>(theirs) { await CommonAncestor.FindAsync(Events, [.. heads.Union(theirs)], cancellation) };
            var open = new Stack<Cid>(heads);
            while (open.TryPop(out Cid cid))
            {
                if (!seen.Add(cid))
                    continue;

                // From a file: what is remembered of one that is gone does not count.
                foreach (Cid parent in ClockEvent.Read(new Block(cid, await blocks.GetAsync(cid, cancellation))).Parents)
                    open.Push(parent);
            }

            return true;
        }
        catch (Exception e) when (e is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt or StorageErrorKind.NotAuthorized })
        {
            return false;
        }
    }
}
