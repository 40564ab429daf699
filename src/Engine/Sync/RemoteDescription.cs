using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Sync;

/// <summary>What entries of a remote store say by themselves: worked out once, and good as long as the same entries stand there.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Heads">The heads that they stand for, sorted by their text.</param>
/// <param name="Log">The groups of their logs, and their own.</param>
/// <param name="Files">The files of those.</param>
internal sealed record RemoteDescription(ImmutableArray<MetaEntry> Entries, ImmutableArray<Cid> Heads, HashSet<CarGroup> Log, HashSet<Cid> Files)
{
    /// <summary>Whether it is of these entries.</summary>
    public bool IsOf(ImmutableArray<MetaEntry> entries)
    {
        if (entries.Length != Entries.Length)
            return false;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Cid != Entries[i].Cid)
                return false;
        }

        return true;
    }
}
