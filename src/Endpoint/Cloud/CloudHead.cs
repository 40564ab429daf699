using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>A head, read once: which files it names, and what became known of them.</summary>
/// <param name="cid">The content id of the head.</param>
/// <param name="group">The files.</param>
internal sealed class CloudHead(Cid cid, CarGroup? group)
{
    /// <summary>The content id of the head.</summary>
    public Cid Cid => cid;

    /// <summary>The files. None where the head names no files that can be read, as one may that came by the endpoint's own protocol; a client of this one would end its subscription over it.</summary>
    public CarGroup? Group => group;

    /// <summary>Whether all of them are there.</summary>
    public bool IsWhole { get; set; }

    /// <summary>The events that its file names as the state; default as long as the file was not read.</summary>
    public ImmutableArray<Cid> State { get; set; }

    /// <summary>How often a log named it whose own state could not be shown to follow this one, or this one not be read.</summary>
    public int Doubts { get; set; }

    /// <summary>Reads one.</summary>
    public static CloudHead Of(MetaEntry entry)
    {
        try
        {
            return new CloudHead(entry.Cid, MetaPayload.Read(entry));
        }
        catch (MalformedBlockException)
        {
            return new CloudHead(entry.Cid, null);
        }
    }
}
