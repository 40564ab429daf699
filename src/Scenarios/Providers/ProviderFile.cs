using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace FireproofBench.Scenarios.Providers;

/// <summary>The data file of the known providers.</summary>
/// <param name="Schema">The file's schema, beside it.</param>
/// <param name="Gathered">The day the facts were looked up.</param>
/// <param name="Providers">The providers.</param>
internal sealed record ProviderFile(
    [property: JsonPropertyName("$schema")] string Schema, string Gathered, ImmutableArray<KnownProvider> Providers);
