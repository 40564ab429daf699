using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.History;

/// <summary>What is stored of a snapshot under its name: its clock, and the group of files that holds all of that state by itself.</summary>
/// <remarks>DAG-CBOR <c>{cars: [links], heads: [links], version: 1}</c>, in clear as the metadata are. A form of our own.</remarks>
/// <param name="Heads">The clock, sorted by text.</param>
/// <param name="Group">The files.</param>
internal sealed record KeptSnapshot(ImmutableArray<Cid> Heads, CarGroup Group)
{
    /// <summary>Longest form that is read, in bytes: some thousand files.</summary>
    public const int MaxLength = 1 << 20;

    public byte[] ToBytes()
    {
        var writer = new DagCborWriter(64 + ((Heads.Length + Group.Cars.Length) * 44));
        writer.WriteMapHeader(3);
        writer.WriteText("cars"u8);
        writer.WriteLinks(Group.Cars.AsSpan());
        writer.WriteText("heads"u8);
        writer.WriteLinks(Heads.AsSpan());
        writer.WriteText("version"u8);
        writer.WriteInteger(1);
        return writer.ToArray();
    }

    /// <summary>Reads the form.</summary>
    /// <exception cref="StorageException">Corrupt when it is another.</exception>
    public static KeptSnapshot Read(string key, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (bytes.Length > MaxLength)
                throw new DagCborException(0, $"{bytes.Length} bytes, and {MaxLength} is the limit");
            var reader = new DagCborReader(bytes.Span);
            if (reader.ReadMapHeader() != 3)
                throw reader.Fail("a snapshot has three fields");
            reader.ReadKey("cars"u8);
            Cid[] cars = reader.ReadLinks();
            if (cars.Length == 0)
                throw reader.Fail("a snapshot names at least one file");
            reader.ReadKey("heads"u8);
            Cid[] heads = reader.ReadLinks();
            reader.ReadKey("version"u8);
            if (reader.ReadInteger() != 1)
                throw reader.Fail("the version is not 1");
            reader.ReadEnd();
            return new KeptSnapshot(ImmutableCollectionsMarshal.AsImmutableArray(heads), new CarGroup(ImmutableCollectionsMarshal.AsImmutableArray(cars)));
        }
        catch (DagCborException e)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "open snapshot", key, $"the file is no snapshot: {e.Message}", e);
        }
    }

    /// <summary>All snapshots of a store, by name.</summary>
    /// <exception cref="StorageException">One of them cannot be read, or the store fails.</exception>
    public static async ValueTask<SortedDictionary<string, KeptSnapshot>> ListAsync(IDataGateway data, CancellationToken cancellation)
    {
        var kept = new SortedDictionary<string, KeptSnapshot>(StringComparer.Ordinal);
        await foreach (ObjectInfo found in data.ListAllAsync(SnapshotName.Folder, cancellation))
        {
            if (await data.GetAsync(found.Key, null, cancellation) is { } content)
                kept[found.Key[SnapshotName.Folder.Length..]] = Read(found.Key, content.Bytes);
        }

        return kept;
    }
}
