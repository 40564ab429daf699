using System.Text.Json;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What is publicly known, as JSON.</summary>
internal static class KnownJson
{
    /// <summary>The name of the shape of <c>--known --json</c>: the data file, or the part of it that was asked for.</summary>
    public const string Schema = "fireproofbench/known/1";

    /// <summary>Writes the member <c>known</c> of a report.</summary>
    public static void Write(Utf8JsonWriter json, KnownStore known)
    {
        json.WriteStartObject("known");
        json.WriteString("id", known.Provider.Id);
        json.WriteString("name", known.Provider.Name);
        json.WriteString("recognisedBy", known.Recognised.By);
        json.WriteString("gathered", ProviderBook.Gathered);
        json.WriteString("expected", known.Provider.Expected);
        json.WriteString("because", known.Provider.Because);
        json.WriteNumber("differs", known.Differences.Count());
        json.WriteStartArray("topics");
        foreach (KnownTopic topic in known.Topics)
        {
            json.WriteStartObject();
            json.WriteString("topic", topic.Topic);
            json.WriteString("title", topic.Title);
            json.WriteString("known", topic.Known);
            json.WriteString("measured", topic.Measured);
            if (topic.Agrees is { } agrees)
                json.WriteBoolean("agrees", agrees);
            else
                json.WriteNull("agrees");
            json.WritePropertyName("fact");
            JsonSerializer.Serialize(json, topic.Fact, ProviderJson.Default.KnownFact);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("recommended");
        JsonSerializer.Serialize(json, known.Provider.Recommended, ProviderJson.Default.KnownRecommendation);
        json.WriteEndObject();
    }

    /// <summary>Writes providers with all that is known of them.</summary>
    public static void Write(IEnumerable<KnownProvider> providers, Stream output)
    {
        using Utf8JsonWriter json = new(output, ConformanceJson.Options);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("gathered", ProviderBook.Gathered);
        json.WriteStartArray("providers");
        foreach (KnownProvider provider in providers)
            JsonSerializer.Serialize(json, provider, ProviderJson.Default.KnownProvider);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
