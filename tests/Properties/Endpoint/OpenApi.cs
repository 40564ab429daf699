using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Properties.Endpoint;

/// <summary>The endpoint's own document, as it is embedded.</summary>
internal static class OpenApi
{
    public static JsonElement Document { get; } = Read();

    /// <summary>Each operation with its path, method and statuses, by its id.</summary>
    public static ImmutableDictionary<string, (string Path, string Method, ImmutableHashSet<int> Statuses)> Operations { get; } = Document
        .GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Select(operation => (path.Name, operation)))
        .ToImmutableDictionary(
            static o => o.operation.Value.GetProperty("operationId").GetString()!,
            static o => (o.Name, o.operation.Name.ToUpperInvariant(), StatusesOf(o.operation.Value)));

    private static ImmutableHashSet<int> StatusesOf(JsonElement operation) =>
        [.. operation.GetProperty("responses").EnumerateObject().Select(static r => int.Parse(r.Name, System.Globalization.CultureInfo.InvariantCulture))];

    private static JsonElement Read()
    {
        using Stream document = typeof(FireproofBench.Endpoint.EndpointOptions).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonDocument.Parse(document).RootElement;
    }
}
