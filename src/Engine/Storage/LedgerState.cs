using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Storage;

/// <summary>A database at one moment: the heads of its clock and the log of its files. Immutable, but for what was found out about it.</summary>
/// <param name="heads">The heads, sorted by their text.</param>
/// <param name="log">The groups of files, newest first.</param>
internal sealed class LedgerState(ImmutableArray<Cid> heads, ImmutableArray<CarGroup> log)
{
    public static LedgerState Empty { get; } = new([], []);

    public ImmutableArray<Cid> Heads { get; } = heads;

    public ImmutableArray<CarGroup> Log { get; } = log;

    /// <summary>Whether another state has the same heads and the same files.</summary>
    public bool IsSame(LedgerState other) => Heads.SequenceEqual(other.Heads) && Log.Length == other.Log.Length && Log.All(other.Log.Contains);

    /// <summary>The pail of the heads, once it was resolved.</summary>
    public PailChange? Pail { get; set; }
}
