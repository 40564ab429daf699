using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Providers;

/// <summary>Checks JSON against the part of JSON Schema that the schema of the known providers uses; a keyword that is not known here is an error.</summary>
internal static class ProviderSchema
{
    private static readonly string s_folder = Path.GetFullPath(Path.Combine(SourceTree.PropertiesFolder("Fixtures"), "../../../src/Scenarios/Providers"));

    public static JsonNode File => JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(s_folder, "providers.json")))!;

    public static JsonNode Schema => JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(s_folder, "providers.schema.json")))!;

    /// <summary>What is wrong, with its place; empty when nothing is.</summary>
    public static List<string> Check(JsonNode file)
    {
        List<string> wrong = [];
        JsonNode root = Schema;
        Check(file, root, "$");
        return wrong;

        void Check(JsonNode? value, JsonNode schema, string place)
        {
            foreach ((string keyword, JsonNode? rule) in schema.AsObject())
            {
                bool fine = keyword switch
                {
                    "$schema" or "title" or "description" or "$defs" => true,
                    "$ref" => Follow(value, root["$defs"]![((string)rule!).Split('/')[^1]]!, place),
                    "type" => (rule is JsonArray several ? several.Select(t => (string)t!) : [(string)rule!]).Any(t => Is(value, t)),
                    "enum" => rule!.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
                    "pattern" => !Is(value, "string") || Regex.IsMatch((string)value!, (string)rule!),
                    "minLength" => !Is(value, "string") || ((string)value!).Length >= (int)rule!,
                    "minimum" => !Is(value, "number") || (double)value! >= (double)rule!,
                    "required" => rule!.AsArray().All(name => value!.AsObject().ContainsKey((string)name!)),
                    "additionalProperties" => value!.AsObject().All(m => schema["properties"]!.AsObject().ContainsKey(m.Key)),
                    "properties" => rule!.AsObject().All(m => !value!.AsObject().TryGetPropertyValue(m.Key, out JsonNode? member) || Follow(member, m.Value!, $"{place}.{m.Key}")),
                    "items" => value!.AsArray().Select((item, i) => Follow(item, rule!, $"{place}[{i}]")).All(ok => ok),
                    "oneOf" => value is null || Follow(value, rule![1]!, place),
                    _ => throw new NotSupportedException($"The keyword '{keyword}' is not checked here."),
                };
                if (!fine)
                    wrong.Add($"{place}: {keyword} {rule?.ToJsonString()}");
            }
        }

        bool Follow(JsonNode? value, JsonNode schema, string place)
        {
            Check(value, schema, place);
            return true;
        }
    }

    private static bool Is(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "number" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
        "integer" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number && (double)value % 1 == 0,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        _ => throw new NotSupportedException($"The type '{type}' is not checked here."),
    };
}
