using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Sync;

/// <summary>What a device keeps of a remote store between two links: the heads that it saw there last.</summary>
/// <remarks>
/// One small object for each remote beside the data files of the device, <c>remotes/&lt;hash of the remote's name&gt;</c>: DAG-CBOR <c>{heads: [links], version: 1}</c>.
/// A form of our own, which the reference engine passes over.
/// </remarks>
internal static class SeenHeads
{
    /// <summary>Longest form that is read, in bytes: some ten thousand heads.</summary>
    public const int MaxLength = 1 << 20;

    private const int HashLength = 16;

    /// <summary>The key of a remote's object. A name may be a URL, and longer than a file's name.</summary>
    public static string KeyOf(string remote) => $"remotes/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(remote)).AsSpan(0, HashLength))}";

    /// <summary>Encodes heads.</summary>
    public static byte[] Write(ImmutableArray<Cid> heads)
    {
        var writer = new DagCborWriter(32 + (heads.Length * 44));
        writer.WriteMapHeader(2);
        writer.WriteText("heads"u8);
        writer.WriteLinks(heads.AsSpan());
        writer.WriteText("version"u8);
        writer.WriteInteger(1);
        return writer.ToArray();
    }

    /// <summary>Reads heads. What is not of the form says nothing: it is only a memory, and a link without one goes on as the first.</summary>
    public static ImmutableArray<Cid> Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (bytes.Length > MaxLength)
                return [];
            var reader = new DagCborReader(bytes.Span);
            if (reader.ReadMapHeader() != 2)
                return [];
            reader.ReadKey("heads"u8);
            Cid[] heads = reader.ReadLinks();
            reader.ReadKey("version"u8);
            if (reader.ReadInteger() != 1)
                return [];
            reader.ReadEnd();
            return ImmutableCollectionsMarshal.AsImmutableArray(heads);
        }
        catch (DagCborException)
        {
            return [];
        }
    }
}
