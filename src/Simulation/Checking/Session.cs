using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Simulation.Checking;

/// <summary>What one database acknowledged, and where it said that it is, from its opening on; or what somebody who subscribed to it was told.</summary>
/// <param name="time">The clock of the world.</param>
/// <param name="who">How people call it.</param>
internal sealed class Session(VirtualTime time, string who)
{
    private readonly List<(TimeSpan At, ImmutableArray<Cid> Heads, bool IsShown)> _moments = [];

    /// <summary>A write was acknowledged at some heads.</summary>
    public void Acknowledge(ImmutableArray<Cid> heads) => _moments.Add((time.Elapsed, heads, false));

    /// <summary>It is at some heads, as it says.</summary>
    public void Show(ImmutableArray<Cid> heads) => _moments.Add((time.Elapsed, heads, true));

    /// <summary>All that it acknowledged.</summary>
    /// <param name="history">The history.</param>
    public EventSet AcknowledgedIn(EventGraph history)
    {
        EventSet all = history.UpTo([]);
        foreach ((_, ImmutableArray<Cid> heads, bool isShown) in _moments)
        {
            if (!isShown && heads.All(history.Has))
                all.Add(history.UpTo(heads));
        }

        return all;
    }

    /// <summary>What it did not show any more, though it had acknowledged or shown it.</summary>
    /// <param name="history">The history; events that are not in it are others' to accuse.</param>
    /// <param name="before">What it has to know from the beginning on.</param>
    /// <returns>Null when it never went back.</returns>
    public string? GoesBack(EventGraph history, EventSet before)
    {
        EventSet known = history.UpTo([]);
        known.Add(before);
        foreach ((TimeSpan at, ImmutableArray<Cid> heads, bool isShown) in _moments)
        {
            if (!heads.All(history.Has))
                continue;
            EventSet now = history.UpTo(heads);
            if (isShown && !known.IsIn(now))
                return string.Create(CultureInfo.InvariantCulture, $"{who} at {at.TotalSeconds:f3} s is at {Names.Of(heads)}, which does not follow {Names.Of(history.In(known.Without(now)).First().Cid)}; that it had acknowledged or shown before");
            known.Add(now);
        }

        return null;
    }
}
