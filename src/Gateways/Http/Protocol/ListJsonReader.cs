using System.Globalization;
using System.Text.Json;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>Reads a page of a listing: <c>{"objects":[{"key","length","version","modified"}],"after":null}</c>.</summary>
internal static class ListJsonReader
{
    /// <summary>Longest page that is read, in bytes.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Reads a page.</summary>
    /// <exception cref="FormatException">It is none. A page that does not say whether more follows is none: it could be cut off.</exception>
    public static ListPage Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument page = JsonDocument.Parse(utf8);
            JsonElement after = page.RootElement.GetProperty("after");
            List<ObjectInfo> objects = [.. page.RootElement.GetProperty("objects").EnumerateArray().Select(ReadObject)];
            return new ListPage(objects, after.ValueKind == JsonValueKind.Null ? null : after.GetString());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException("not {\"objects\":[…],\"after\":…}", wrong);
        }
    }

    private static ObjectInfo ReadObject(JsonElement item)
    {
        DateTimeOffset? modified = item.TryGetProperty("modified", out JsonElement text) && text.GetString() is { } date
            ? DateTimeOffset.Parse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)
            : null;
        long length = item.GetProperty("length").GetInt64();
        if (length < 0)
            throw new FormatException("a negative length");
        return new ObjectInfo(item.GetProperty("key").GetString() ?? throw new FormatException("no key"), length, item.GetProperty("version").GetString() ?? "", modified);
    }
}
