using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>A head, read once: which files it names, and whether they were there when they were looked for.</summary>
/// <param name="group">The files; null when the head names none that can be read.</param>
internal sealed class CloudHead(CarGroup? group)
{
    /// <summary>The files. None for a head that came by the endpoint's own protocol, which does not look into heads; a client of this one would end its subscription over it.</summary>
    public CarGroup? Group { get; } = group;

    /// <summary>Whether all of them are there.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Reads one.</summary>
    public static CloudHead Of(MetaEntry entry)
    {
        try
        {
            return new CloudHead(MetaPayload.Read(entry));
        }
        catch (MalformedBlockException)
        {
            return new CloudHead(null);
        }
    }
}
