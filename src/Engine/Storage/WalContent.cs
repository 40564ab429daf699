using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Storage;

/// <summary>The content of the write-ahead log: what is still to be copied to other stores.</summary>
/// <remarks>
/// JSON without white space: <c>{"fileOperations":[{"cid","public"}…],"noLoaderOps":[{"cars"}…],"operations":[{"cars"}…]}</c>; on reading a content id may
/// also be <c>{"/": cid}</c>. Not needed to open the database. Source: the format of the reference engine 0.24.19.
/// </remarks>
/// <param name="Operations">Groups of commits.</param>
/// <param name="NoLoaderOps">Groups of compactions.</param>
/// <param name="FileOperations">Attachment files, and whether they are public.</param>
public sealed record WalContent(
    ImmutableArray<CarGroup> Operations, ImmutableArray<CarGroup> NoLoaderOps, ImmutableArray<(Cid File, bool IsPublic)> FileOperations)
{
    /// <summary>Largest log that is read, in bytes: some hundred thousand entries.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Nothing to do.</summary>
    public static WalContent Idle { get; } = new([], [], []);

    /// <summary>Writes the log.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("fileOperations"u8);
            foreach ((Cid file, bool isPublic) in FileOperations)
            {
                json.WriteStartObject();
                json.WriteString("cid"u8, file.ToString());
                json.WriteBoolean("public"u8, isPublic);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteGroups(json, "noLoaderOps", NoLoaderOps);
            WriteGroups(json, "operations", Operations);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the log.</summary>
    /// <exception cref="FormatException">The bytes are not a log, or larger than <see cref="MaxLength"/>.</exception>
    public static WalContent Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxLength)
            throw new FormatException($"the log of {bytes.Length} bytes is larger than {MaxLength}");
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = json.RootElement;
            var files = ImmutableArray.CreateBuilder<(Cid File, bool IsPublic)>();
            foreach (JsonElement file in Items(root, "fileOperations"))
                files.Add((ReadCid(file.GetProperty("cid"u8)), file.TryGetProperty("public"u8, out JsonElement mark) && mark.ValueKind == JsonValueKind.True));
            return new WalContent(ReadGroups(root, "operations"), ReadGroups(root, "noLoaderOps"), files.DrainToImmutable());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("the log is not of the format", e);
        }
    }

    private static void WriteGroups(Utf8JsonWriter json, string field, ImmutableArray<CarGroup> groups)
    {
        json.WriteStartArray(field);
        foreach (CarGroup group in groups)
        {
            json.WriteStartObject();
            json.WriteStartArray("cars"u8);
            foreach (Cid car in group.Cars)
                json.WriteStringValue(car.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ImmutableArray<CarGroup> ReadGroups(JsonElement root, string field) =>
        [.. Items(root, field).Select(static item => new CarGroup([.. item.GetProperty("cars"u8).EnumerateArray().Select(ReadCid)])).Where(static group => group.Cars.Length > 0)];

    private static JsonElement.ArrayEnumerator Items(JsonElement root, string field) =>
        root.TryGetProperty(field, out JsonElement items) ? items.EnumerateArray() : default;

    private static Cid ReadCid(JsonElement value) =>
        Cid.Parse((value.ValueKind == JsonValueKind.Object ? value.GetProperty("/"u8) : value).GetString() ?? "");
}
