using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Scenarios.Providers;

/// <summary>The settings that the facts speak for.</summary>
/// <param name="Metadata"><c>single-head</c> where all heads may live in one object, else <c>multi-head</c>.</param>
/// <param name="Settings">Client settings, by name.</param>
internal sealed record KnownRecommendation(string Metadata, ImmutableSortedDictionary<string, JsonElement> Settings);
