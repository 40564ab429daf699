using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Simulation.Checking;

/// <summary>Sees what devices were told and shown, and remembers it until the whole history is known.</summary>
/// <param name="time">The clock of the world.</param>
internal sealed class Witness(VirtualTime time)
{
    private readonly List<Acknowledgement> _acknowledged = [];
    private readonly List<Reading> _readings = [];
    private readonly Dictionary<string, (Reading Seen, string Who)> _states = new(StringComparer.Ordinal);

    // What was seen by ids, at clocks where nobody saw all documents yet.
    private readonly Dictionary<string, Dictionary<string, (Cid Value, string Who)>> _answers = new(StringComparer.Ordinal);

    // The trees of those who are at rest, by their heads.
    private readonly Dictionary<string, (Cid Root, string Who)> _trees = new(StringComparer.Ordinal);
    private readonly List<ChangeReport> _changes = [];
    private readonly List<Violation> _violations = [];

    /// <summary>What must not be, in the order in which it was seen.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>What databases acknowledged and showed, one after the other.</summary>
    public Sessions Sessions { get; } = new(time);

    /// <summary>The writes that were acknowledged.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledged => _acknowledged;

    /// <summary>How many readings were compared with the history.</summary>
    public int Readings { get; private set; }

    /// <summary>Whether power fails, so that what a device showed before it was acknowledged may be lost.</summary>
    public bool LosesPower { get; init; }

    /// <summary>Something must not be.</summary>
    public void Accuse(Claim claim, string evidence) => _violations.Add(new Violation(claim, time.Elapsed, evidence));

    /// <summary>A device was told that a write is done.</summary>
    public void Acknowledge(Acknowledgement told) => _acknowledged.Add(told);

    /// <summary>A device was told what changed since a clock.</summary>
    public void Report(int device, ImmutableArray<Cid> since, ChangeSet told)
    {
        _changes.Add(new ChangeReport(WhoSaw(device, time.Elapsed), since, told));
        Read(device, told.Heads, [.. told.Changes.Select(static change => new KeyValue(change.Id, change.Document?.Block.Cid ?? default))]);
    }

    /// <summary>A device was shown some documents at a clock.</summary>
    public void Read(int device, ImmutableArray<Cid> heads, ImmutableArray<KeyValue> values)
    {
        Reading reading = new(device, time.Elapsed, heads, values, IsWhole: false);
        _readings.Add(reading);
        string clock = string.Join(' ', heads);
        string who = WhoSaw(reading.Device, reading.At);
        if (!_answers.TryGetValue(clock, out Dictionary<string, (Cid Value, string Who)>? answers))
            _answers[clock] = answers = new(StringComparer.Ordinal);
        foreach (KeyValue shown in values)
        {
            Cid value = Found(shown.Value);
            if (_states.TryGetValue(clock, out (Reading Seen, string Who) whole))
                CompareSame(heads, shown.Key, (value, who), (Found(whole.Seen.Values, shown.Key), whole.Who));
            else if (!answers.TryAdd(shown.Key, (value, who)))
                CompareSame(heads, shown.Key, (value, who), answers[shown.Key]);
        }
    }

    /// <summary>A device was shown all documents at a clock.</summary>
    /// <param name="device">Which device, from 0.</param>
    /// <param name="who">How people call it, and what it looked at.</param>
    /// <param name="heads">The clock.</param>
    /// <param name="rows">All ids with their values.</param>
    public void ReadAll(int device, string who, ImmutableArray<Cid> heads, ImmutableArray<KeyValue> rows)
    {
        string clock = string.Join(' ', heads);
        Reading reading = new(device, time.Elapsed, heads, rows, IsWhole: true);
        if (!_states.TryGetValue(clock, out (Reading Seen, string Who) former))
        {
            _states[clock] = (reading, who);
            foreach ((string id, (Cid Value, string Who) answer) in _answers.GetValueOrDefault(clock) ?? [])
                CompareSame(heads, id, (Found(rows, id), who), answer);
        }
        else if (former.Seen.Values.AsSpan().SequenceEqual(rows.AsSpan()))
        {
            former.Seen.Times++;
            return;
        }
        else
        {
            string[] then = [.. former.Seen.Values.Select(static row => $"{row.Key} {row.Value}")];
            string[] now = [.. rows.Select(static row => $"{row.Key} {row.Value}")];
            Accuse(
                Claim.SameHeadsSameState,
                $"{who} at {Names.Of(heads)} sees {Names.OfLine(now.Except(then).FirstOrDefault())}, where {former.Who} saw {Names.OfLine(then.Except(now).FirstOrDefault())}");
        }

        _readings.Add(reading);
    }

    /// <summary>A device is at rest: it has the heads of all others, and a tree that depends on nothing but these.</summary>
    /// <param name="who">How people call it.</param>
    /// <param name="heads">Its heads.</param>
    /// <param name="all">Where all had come to.</param>
    /// <param name="served">The root of the tree that it reads; undefined when that could not be told, which is accused where it was asked.</param>
    /// <param name="resolved">The root that its heads give once they are resolved anew.</param>
    /// <param name="built">The root of a tree that is built from all entries.</param>
    public void CompareTrees(string who, ImmutableArray<Cid> heads, ImmutableArray<Cid> all, Cid served, Cid resolved, Cid built)
    {
        if (!heads.SequenceEqual(all))
            Accuse(Claim.Convergence, $"{who} is at {Names.Of(heads)} when all had come to {Names.Of(all)} and nobody writes");
        if (!served.IsDefined)
            return;
        if (served != resolved || built != resolved)
            Accuse(Claim.Convergence, $"{who} serves a tree with the root {Names.Of(served)}, its heads {Names.Of(heads)} say {Names.Of(resolved)}, and one that is built from all entries has {Names.Of(built)}");
        string clock = string.Join(' ', heads);
        if (!_trees.TryAdd(clock, (served, who)) && _trees[clock] is var former && former.Root != served)
            Accuse(Claim.Convergence, $"the tree of {who} has the root {Names.Of(served)} at {Names.Of(heads)}, and that of {former.Who} {Names.Of(former.Root)}");
    }

    /// <summary>Compares all that devices were told and shown with the whole history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="pulse">Is told of each comparison, since all of them are one piece of code; null when nobody watches.</param>
    public void Compare(EventGraph history, Pulse? pulse = null)
    {
        foreach (Acknowledgement told in _acknowledged)
        {
            pulse?.Beat();
            Compare(history, told);
        }

        // Only now: what was acknowledged is to be in an event, and not beside one.
        foreach (Acknowledgement told in _acknowledged)
        {
            foreach (KeyValue write in told.Writes)
                history.Settle(told.Heads, write);
        }

        foreach (Reading reading in _readings)
        {
            pulse?.Beat();
            if (reading.Heads.All(history.Has))
            {
                Readings += reading.Times;
                Compare(history, reading);
            }
            else if (!LosesPower)
            {
                Accuse(Claim.Durability, $"{WhoSaw(reading.Device, reading.At)} was shown {Names.Of(reading.Heads)}, and in the end nobody has {Names.Of([.. reading.Heads.Where(head => !history.Has(head))])}");
            }
        }

        foreach (string evidence in Sessions.WhoWentBack(history))
            Accuse(Claim.Sessions, evidence);
        foreach (ChangeReport report in _changes)
        {
            pulse?.Beat();
            if (report.WrongWith(history) is { } wrong)
                Accuse(Claim.Changes, wrong);
        }
    }

    private static string WhoSaw(int device, TimeSpan at) => string.Create(CultureInfo.InvariantCulture, $"{Planning.Plan.NameOf(device)} at {at.TotalSeconds:f3} s");

    // Whoever asks by an id is not told whether a document was deleted or never written.
    private static Cid Found(Cid value) => value == DocumentBlock.Tombstone.Cid ? default : value;

    private static Cid Found(ImmutableArray<KeyValue> rows, string id) => Found(rows.FirstOrDefault(row => row.Key == id).Value);

    private void CompareSame(ImmutableArray<Cid> heads, string id, (Cid Value, string Who) now, (Cid Value, string Who) then)
    {
        if (now.Value != then.Value)
            Accuse(Claim.SameHeadsSameState, $"{now.Who} at {Names.Of(heads)} sees {id} {Names.Of(now.Value)}, where {then.Who} saw {id} {Names.Of(then.Value)}");
    }

    private void Compare(EventGraph history, Acknowledgement told)
    {
        string who = string.Create(CultureInfo.InvariantCulture, $"{Planning.Plan.NameOf(told.Device)}'s step {told.Step}");
        foreach (Cid head in told.Heads)
        {
            if (!history.Has(head))
                Accuse(Claim.Durability, $"{who} was acknowledged with the event {Names.Of(head)}, which nobody has in the end");
        }

        if (!told.Restored.IsDefault)
            CompareRestored(history, told, who);
        if (!told.Heads.All(history.Has))
            return;
        ClockEvent? made = told.Heads.Length == 1 ? history[told.Heads[0]] : null;
        foreach (KeyValue write in told.Writes)
        {
            // Deleting what is deleted changes nothing, so it makes no event, at however many heads. Of two writes to one id that became one commit the later one is in it.
            bool isThere = IsIn(made, write) || history.Standing(told.Heads, write.Key).Contains(write.Value)
                || _acknowledged.Exists(other => other.Heads.SequenceEqual(told.Heads) && other.Writes.Any(joined => joined.Key == write.Key && IsIn(made, joined)));
            if (isThere)
                continue;
            string lost = made is null ? $"at {Names.Of(told.Heads)}, which it was given, it does not stand" : $"the event {Names.Of(made.Cid)} that it was given does not";
            Accuse(Claim.Durability, $"{who} wrote {write.Key} = {Names.Of(write.Value)}, and {lost}");
        }
    }

    private static bool IsIn(ClockEvent? made, KeyValue write) => made is not null && made.Operations.Contains(write);

    // After a rollback each id has what it had then, or what stood beside that; what nobody had written then is deleted.
    private void CompareRestored(EventGraph history, Acknowledgement told, string who)
    {
        if (!told.Restored.All(history.Has) || !told.Heads.All(history.Has))
            return;
        foreach (string id in history.Ids)
        {
            ImmutableArray<Cid> then = history.Standing(told.Restored, id);
            ImmutableArray<Cid> now = history.Standing(told.Heads, id);
            bool isRestored = then.IsEmpty ? now.IsEmpty || now.Contains(DocumentBlock.Tombstone.Cid) : now.Any(value => then.Contains(value));
            if (id != Engine.Crdt.Genesis.Key && !isRestored)
                Accuse(Claim.Durability, $"{who} went back to {Names.Of(told.Restored)}, where {id} was {Names.Of(then)}, and came to {Names.Of(told.Heads)}, where it is {Names.Of(now)}");
        }
    }

    private void Compare(EventGraph history, Reading reading)
    {
        string who = WhoSaw(reading.Device, reading.At);
        foreach (KeyValue shown in reading.Values)
        {
            ImmutableArray<Cid> standing = history.Standing(reading.Heads, shown.Key);
            if (standing.Contains(shown.Value) || (standing.IsEmpty && !shown.Value.IsDefined))
                continue;

            // A read by id says nothing of a document that is deleted.
            bool isGone = !shown.Value.IsDefined || shown.Value == DocumentBlock.Tombstone.Cid;
            if (!shown.Value.IsDefined && standing.Contains(DocumentBlock.Tombstone.Cid))
                continue;
            Accuse(
                !isGone && standing.All(static value => value == DocumentBlock.Tombstone.Cid) && !standing.IsEmpty ? Claim.NoResurrection : Claim.Causality,
                $"{who} sees {shown.Key} = {(isGone ? "nothing" : Names.Of(shown.Value))} at {Names.Of(reading.Heads)}, where {(standing.IsEmpty ? "nobody wrote it" : $"only {Names.Of(standing)} stands")}");
        }

        if (!reading.IsWhole)
            return;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (KeyValue shown in reading.Values)
        {
            if (!seen.Add(shown.Key))
                Accuse(Claim.Causality, $"{who} sees {shown.Key} more than once among all documents at {Names.Of(reading.Heads)}");
        }

        foreach (string id in history.Ids)
        {
            if (id != Engine.Crdt.Genesis.Key && !seen.Contains(id) && !history.Standing(reading.Heads, id).IsEmpty)
                Accuse(Claim.Causality, $"{who} does not see {id} among all documents at {Names.Of(reading.Heads)}, which was written");
        }
    }
}
