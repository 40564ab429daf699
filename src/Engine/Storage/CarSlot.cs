using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Threading;

namespace FireproofBench.Engine.Storage;

/// <summary>A CAR file that was opened once: its content is in memory, or can be read again.</summary>
/// <param name="cid">The name of the file.</param>
/// <param name="isOwn">Whether this process wrote it, so that its blocks need no check against their ids.</param>
internal sealed class CarSlot(Cid cid, bool isOwn)
{
    public Cid Cid { get; } = cid;

    public bool IsOwn { get; } = isOwn;

    /// <summary>Length of the opened file, in bytes.</summary>
    public int Length { get; set; }

    /// <summary>The opened file; null while it is not kept in memory.</summary>
    public CarFile? File { get; set; }

    /// <summary>Held by whoever reads a block of it that is not in memory.</summary>
    public AsyncLock Reading { get; } = new();

    /// <summary>The groups that this file's commit replaced: none unless it is a compaction.</summary>
    public ImmutableArray<CarGroup> Replaced { get; set; } = [];

    /// <summary>Whether the file is a bookmark.</summary>
    public bool IsBookmark { get; set; }

    /// <summary>Whether the file was nowhere when it was last asked for, so that its blocks are no longer looked for in it.</summary>
    public bool IsLost { get; set; }

    /// <summary>Place among the files in memory, least recently used first.</summary>
    public LinkedListNode<CarSlot>? Residence { get; set; }
}
