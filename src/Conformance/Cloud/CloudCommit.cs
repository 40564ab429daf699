using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Cloud;

/// <summary>A file and the head that names it.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Car">Its name: the content id of what is in it, as devices name files.</param>
/// <param name="Head">The head.</param>
internal sealed record CloudCommit(byte[] Bytes, Cid Car, MetaEntry Head)
{
    /// <summary>The name of the head, as it stands in messages.</summary>
    public string Name => Head.Cid.ToString();

    /// <summary>The name of the file, as it stands in messages.</summary>
    public string Key => Car.ToString();
}
