using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Conformance.Heads;

/// <summary>The events of one check, and which follow which: so that a reading can be told by what it covers. Safe for any number of tasks at once.</summary>
/// <param name="dice">Makes the events differ.</param>
internal sealed class EventGraph(Dice dice)
{
    private readonly ConcurrentDictionary<Cid, HeadEvent> _events = new();
    private int _made;

    /// <summary>Makes an event of the form that a commit publishes.</summary>
    /// <param name="parents">What it follows; ids that are no events of this check are kept as parents and cover nothing.</param>
    /// <param name="file">The file that it names; null for one that does not exist.</param>
    public HeadEvent Make(IEnumerable<Cid> parents, Cid? file = null)
    {
        ImmutableArray<Cid> named = [.. parents];
        MetaEntry entry = MetaPayload.Write(new CarGroup([file ?? AnyFile()]), named);
        int number = Interlocked.Increment(ref _made) - 1;
        EventSet reach = EventSet.Empty.With(number);
        foreach (Cid parent in named)
        {
            if (_events.TryGetValue(parent, out HeadEvent? known))
                reach = reach.Union(known.Reach);
        }

        HeadEvent made = new(number, entry, reach);
        _events[entry.Cid] = made;
        return made;
    }

    /// <summary>The id of a file that does not exist.</summary>
    public Cid AnyFile() => Cid.Of(CidCodec.Car, dice.Bytes(32));

    /// <summary>What no reading may show: an entry that nobody published, one that was altered, one that is there twice. Null when all is well.</summary>
    public string? FaultOf(MetaReading reading)
    {
        HashSet<Cid> seen = [];
        foreach (MetaEntry entry in reading.Entries)
        {
            if (!seen.Add(entry.Cid))
                return $"the event {entry.Cid} twice";
            if (!_events.TryGetValue(entry.Cid, out HeadEvent? known))
                return $"the event {entry.Cid}, which was never published there";
            if (!entry.Data.Span.SequenceEqual(known.Entry.Data.Span))
                return $"the event {entry.Cid} with other bytes than were published";
            if (!entry.Parents.ToHashSet().SetEquals(known.Entry.Parents))
                return $"the event {entry.Cid} with {entry.Parents.Length} parents that are not the {known.Entry.Parents.Length} that were published";
        }

        return null;
    }

    /// <summary>Every event that is in a reading, or is followed by one that is.</summary>
    public EventSet CoveredBy(MetaReading reading)
    {
        EventSet covered = EventSet.Empty;
        foreach (HeadEvent known in Known(reading))
            covered = covered.Union(known.Reach);
        return covered;
    }

    /// <summary>The events of a reading that no other one of it follows: what a client takes for heads.</summary>
    public HashSet<Cid> HeadsOf(MetaReading reading)
    {
        List<HeadEvent> all = Known(reading);
        return [.. all.Where(one => !all.Exists(other => other.Number != one.Number && other.Reach.Contains(one.Number))).Select(static one => one.Cid)];
    }

    private List<HeadEvent> Known(MetaReading reading) =>
        [.. reading.Entries.Select(entry => _events.GetValueOrDefault(entry.Cid)).OfType<HeadEvent>()];
}
