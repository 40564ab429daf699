namespace FireproofBench.Engine.Blocks;

/// <summary>What the bytes behind a content id are: the multicodec codes that the database format uses.</summary>
/// <remarks>All three are below 0x80, so each is one byte in the binary form of a CID.</remarks>
public enum CidCodec : byte
{
    /// <summary>No content id: the codec of <c>default(Cid)</c>, never written.</summary>
    None = 0,

    /// <summary>A CAR file, 0x18; its text starts <c>baembei</c>. The name of every data file and attachment file.</summary>
    Car = 0x18,

    /// <summary>Bytes without structure, 0x55; its text starts <c>bafkrei</c>. The block of an attachment.</summary>
    Raw = 0x55,

    /// <summary>A DAG-CBOR block, 0x71; its text starts <c>bafyrei</c>. Documents, shards, events and headers.</summary>
    DagCbor = 0x71,
}
