using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>What a metadata entry carries: the group of CAR files that a commit wrote.</summary>
/// <remarks>
/// Block: DAG-CBOR <c>{data: {dbMeta}, parents}</c>, where <c>dbMeta</c> is the DAG-JSON <c>{"cars": [{"/": cid}…]}</c> as bytes and the parents are
/// sorted by bytes. Not sealed: a provider can read which files a commit wrote. Source: the format of the reference engine 0.24.19.
/// </remarks>
public static class MetaPayload
{
    /// <summary>Makes the entry of a group.</summary>
    /// <param name="group">The files of the commit.</param>
    /// <param name="parents">The entries that it follows, in the order in which the entry lists them.</param>
    public static MetaEntry Write(CarGroup group, ImmutableArray<Cid> parents)
    {
        var writer = new DagCborWriter(160 + ((group.Cars.Length + parents.Length) * 80));
        writer.WriteMapHeader(2);
        writer.WriteText("data"u8);
        writer.WriteMapHeader(1);
        writer.WriteText("dbMeta"u8);
        writer.WriteBytes(WriteCars(group));
        writer.WriteText("parents"u8);
        writer.WriteLinks([.. parents.Order()]);
        byte[] data = writer.ToArray();
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), parents, data);
    }

    /// <summary>Reads the group of an entry.</summary>
    /// <exception cref="MalformedBlockException">The entry is not of this form.</exception>
    public static CarGroup Read(MetaEntry entry)
    {
        try
        {
            var reader = new DagCborReader(entry.Data.Span);
            if (reader.ReadMapHeader() != 2)
                throw reader.Fail("an entry has two fields");
            reader.ReadKey("data"u8);
            if (reader.ReadMapHeader() != 1)
                throw reader.Fail("the data of an entry has one field");
            reader.ReadKey("dbMeta"u8);
            CarGroup group = ReadCars(reader.ReadBytes());
            reader.ReadKey("parents"u8);
            reader.Skip();
            reader.ReadEnd();
            return group;
        }
        catch (Exception e) when (e is DagCborException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new MalformedBlockException(entry.Cid, "a metadata entry", e);
        }
    }

    private static ReadOnlySpan<byte> WriteCars(CarGroup group)
    {
        var buffer = new ArrayBufferWriter<byte>(16 + (group.Cars.Length * 72));
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("cars"u8);
        foreach (Cid car in group.Cars)
        {
            json.WriteStartObject();
            json.WriteString("/"u8, car.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static CarGroup ReadCars(ReadOnlySpan<byte> bytes)
    {
        using var json = JsonDocument.Parse(bytes.ToArray(), new JsonDocumentOptions { MaxDepth = 8 });
        ImmutableArray<Cid> cars = [.. json.RootElement.GetProperty("cars"u8).EnumerateArray().Select(static car => Cid.Parse(car.GetProperty("/"u8).GetString() ?? ""))];
        return cars.Length > 0 ? new CarGroup(cars) : throw new FormatException("the entry names no file");
    }
}
