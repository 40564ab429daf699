using System.Text.Json;

namespace FireproofBench.Load.Results;

/// <summary>What <c>run.json</c> says of a step.</summary>
/// <param name="Name">The step.</param>
/// <param name="Succeeded">Calls that succeeded.</param>
/// <param name="Failed">Calls that failed.</param>
/// <param name="PerSecond">Successful calls a second.</param>
/// <param name="P50">The median from the intended start, in milliseconds.</param>
/// <param name="P99">The 99th percentile from the intended start, in milliseconds.</param>
internal sealed record StepSummary(string Name, long Succeeded, long Failed, double PerSecond, double P50, double P99)
{
    /// <summary>Of those that failed, the ones that were given up at the end.</summary>
    public long GivenUp { get; init; }

    /// <summary>Reads one.</summary>
    public static StepSummary Of(JsonElement step)
    {
        JsonElement intended = step.GetProperty("intended");
        return new StepSummary(
            step.GetProperty("name").GetString() ?? throw new FormatException("a step has no name"),
            step.GetProperty("succeeded").GetInt64(),
            step.GetProperty("failed").GetInt64(),
            Figure(step, "perSecond"),
            Figure(intended, "p50"),
            Figure(intended, "p99"))
        { GivenUp = step.TryGetProperty("errors", out JsonElement errors) && errors.TryGetProperty(Iteration.GivenUp, out JsonElement givenUp) ? givenUp.GetInt64() : 0 };
    }

    private static double Figure(JsonElement figures, string name) => figures.GetProperty(name).GetDouble() is var figure && double.IsFinite(figure) && figure >= 0
        ? figure
        : throw new FormatException($"'{name}' of a step is {figure}, and has to be a number from 0 on");
}
