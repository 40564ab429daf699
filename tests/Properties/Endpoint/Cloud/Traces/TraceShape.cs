using System.Text.Json;
using System.Text.Json.Nodes;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>Compares messages by their members and the kinds of these.</summary>
internal static class TraceShape
{
    /// <summary>The members of a recorded message that another one has not, or has of another kind.</summary>
    /// <remarks>What the other one has besides is not looked at. The elements of a list are each compared with the first recorded one; lists of different lengths have the same shape.</remarks>
    public static IEnumerable<string> MissingIn(JsonNode? message, JsonNode? recorded, string path = "")
    {
        if (KindOf(recorded) != KindOf(message))
            return [$"{path} is {KindOf(message)} and was {KindOf(recorded)}"];
        return (recorded, message) switch
        {
            (JsonObject former, JsonObject other) => former.SelectMany(member =>
                other.ContainsKey(member.Key) ? MissingIn(other[member.Key], member.Value, $"{path}.{member.Key}") : [$"{path}.{member.Key} is missing"]),
            (JsonArray { Count: > 0 } former, JsonArray other) => other.SelectMany((element, i) => MissingIn(element, former[0], $"{path}[{i}]")),
            _ => [],
        };
    }

    // Both truth values are of one kind.
    private static JsonValueKind KindOf(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        { } kind => kind,
    };
}
