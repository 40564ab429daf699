using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Simulation.Checking;

/// <summary>What may be found under the names of the snapshots of one place: an acknowledged one stays until another of its name takes its place, whatever is compacted or dies.</summary>
/// <param name="isOrdered">Whether a put that arrives late or twice cannot take the place of a later one.</param>
internal sealed class KeptSnapshots(bool isOrdered)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Somebody begins to keep a snapshot. An attempt that never ends may have taken effect, or take it at any time.</summary>
    public Attempt Begin(string name)
    {
        Entry entry = EntryOf(name);
        entry.Open++;
        entry.Begun++;
        return new Attempt(name, entry.Begun, IsAlone: entry.Open == 1);
    }

    /// <summary>The place is the device's own, and whoever was keeping snapshots there is gone: what he had begun took effect or never will.</summary>
    public void End()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.MayBeAny |= entry.Open > 0;
            entry.Open = 0;
            entry.Begun++;
        }
    }

    /// <summary>Somebody was told that a snapshot is kept.</summary>
    public void End(Attempt attempt, ImmutableArray<Cid> heads)
    {
        Entry entry = EntryOf(attempt.Name);
        entry.Open--;
        if (isOrdered && attempt.IsAlone && entry.Begun == attempt.Number)
        {
            entry.Clocks.Clear();
            entry.MayBeAny = false;
        }

        _ = entry.Clocks.Add(Text(heads));
    }

    /// <summary>Somebody is about to open a snapshot.</summary>
    public Look LookAt(string name)
    {
        Entry entry = EntryOf(name);
        return new Look(name, entry.Begun, IsThere: entry.Clocks.Count > 0, IsSettled: entry.Open == 0 && !entry.MayBeAny);
    }

    /// <summary>Compares what was found.</summary>
    /// <param name="look">When it began.</param>
    /// <param name="found">The clock of the snapshot; null when none was found.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public string? WrongWith(Look look, ImmutableArray<Cid>? found)
    {
        Entry entry = EntryOf(look.Name);
        if (found is not { } heads)
            return look.IsThere ? "it was kept, and is not there" : null;
        bool isKnown = entry.Clocks.Contains(Text(heads)) || !look.IsSettled || entry.Begun != look.Begun;
        return isKnown ? null : $"it is at {Names.Of(heads)}, which nobody kept under that name";
    }

    private static string Text(ImmutableArray<Cid> heads) => string.Join(' ', heads);

    private Entry EntryOf(string name) => _entries.TryGetValue(name, out Entry? entry) ? entry : _entries[name] = new Entry();

    /// <summary>An attempt to keep a snapshot.</summary>
    /// <param name="Name">Under which name.</param>
    /// <param name="Number">How many of that name had begun by then, with it.</param>
    /// <param name="IsAlone">Whether no other one of that name was under way.</param>
    internal readonly record struct Attempt(string Name, int Number, bool IsAlone);

    /// <summary>What was known of a name when somebody began to open it.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Begun">How many attempts to keep one of that name had begun.</param>
    /// <param name="IsThere">Whether one had been acknowledged.</param>
    /// <param name="IsSettled">Whether all attempts had been acknowledged.</param>
    internal readonly record struct Look(string Name, int Begun, bool IsThere, bool IsSettled);

    private sealed class Entry
    {
        // Those that may stand under the name, among the acknowledged ones.
        public HashSet<string> Clocks { get; } = new(StringComparer.Ordinal);

        public int Open { get; set; }

        // One that was never acknowledged may stand too.
        public bool MayBeAny { get; set; }

        public int Begun { get; set; }
    }
}
