using System.Collections.Immutable;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Heads;

/// <summary>One entry in an object of its own, with what its writer knew to be superseded: that is no head, also while its object is still there.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Superseded">What it supersedes beside its parents.</param>
internal sealed record HeadObject(MetaEntry Entry, ImmutableArray<Cid> Superseded)
{
    private const string Field = "superseded";

    /// <summary>The object's bytes: the list form with one entry, and the field <c>superseded</c> in it where there is any.</summary>
    /// <exception cref="StorageException">Permanent when it is beyond the limits of the form.</exception>
    public byte[] ToBytes()
    {
        string key = HeadKeys.Of(Entry.Cid);
        return Superseded.IsEmpty
            ? HeadKeys.Write(key, [Entry])
            : HeadKeys.WriteWith(key, [Entry], $"\"{Field}\":[{string.Join(',', Superseded.Select(static cid => $"\"{cid}\""))}]");
    }

    /// <summary>Reads the field of an object that was found to be a list of one entry; what is no content id is skipped.</summary>
    public static ImmutableArray<Cid> ReadSuperseded(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument json = JsonDocument.Parse(bytes);
        if (json.RootElement.ValueKind != JsonValueKind.Array || !json.RootElement[0].TryGetProperty(Field, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            return [];
        ImmutableArray<Cid>.Builder superseded = ImmutableArray.CreateBuilder<Cid>(list.GetArrayLength());
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && Cid.TryParse(TextOf(item), out Cid cid))
                superseded.Add(cid);
        }

        return superseded.DrainToImmutable();
    }

    // Null for bytes that are no text.
    private static string? TextOf(JsonElement item)
    {
        try
        {
            return item.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
