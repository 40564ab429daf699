using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>What the reference engine answered to one step.</summary>
/// <param name="Refused">Its error when it refused the step, else null.</param>
/// <param name="Heads">The heads after a write, sorted as text; empty for other steps.</param>
public sealed record ReferenceStepResult(string? Refused, ImmutableArray<string> Heads)
{
    internal static ReferenceStepResult From(JsonElement result) => new(
        result.TryGetProperty("refused", out JsonElement refused) ? refused.GetString() : null,
        result.TryGetProperty("heads", out JsonElement heads) ? ReferenceReading.Texts(heads) : []);
}
