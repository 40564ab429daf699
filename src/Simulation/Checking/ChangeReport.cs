using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Simulation.Checking;

/// <summary>What a device was told that changed since a clock.</summary>
/// <param name="Who">How people call it, and when it was.</param>
/// <param name="Since">The clock.</param>
/// <param name="Told">What it was told.</param>
internal sealed record ChangeReport(string Who, ImmutableArray<Cid> Since, ChangeSet Told)
{
    /// <summary>Holds it against the whole history.</summary>
    /// <param name="history">The history; a clock that is not of it is others' to accuse.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? WrongWith(EventGraph history)
    {
        if (!Since.All(history.Has) || !Told.Heads.All(history.Has))
            return null;
        Dictionary<string, List<(Cid Event, Cid Value)>> written = new(StringComparer.Ordinal);
        foreach (ClockEvent made in history.In(history.UpTo(Told.Heads).Without(history.UpTo(Since))))
        {
            foreach (KeyValue write in made.Operations)
            {
                if (!written.TryGetValue(write.Key, out List<(Cid Event, Cid Value)>? writes))
                    written[write.Key] = writes = [];
                writes.Add((made.Cid, write.Value));
            }
        }

        _ = written.Remove(Engine.Crdt.Genesis.Key);
        string range = $"between {Names.Of(Since)} and {Names.Of(Told.Heads)}";
        foreach (DocumentChange change in Told.Changes)
        {
            if (!written.Remove(change.Id, out List<(Cid Event, Cid Value)>? writes))
                return $"{Who} is told that {change.Id} changed {range}, where nobody wrote it, or is told of it twice";

            Cid value = change.Document?.Block.Cid ?? DocumentBlock.Tombstone.Cid;
            ImmutableArray<Cid> standing = history.Standing(Told.Heads, change.Id);
            if (!standing.Contains(value))
                return $"{Who} is told that {change.Id} became {Names.Of(value)} {range}, where only {Names.Of(standing)} stands";
            bool isWriter = writes.Contains((change.Event, value)) || (!writes.Exists(write => write.Value == value) && writes.Exists(write => write.Event == change.Event));
            if (!isWriter)
                return $"{Who} is told that {change.Id} became {Names.Of(value)} by {Names.Of(change.Event)} {range}, which did not write that";
        }

        return written.Count == 0 ? null : $"{Who} is not told that {string.Join(' ', written.Keys)} changed {range}";
    }
}
