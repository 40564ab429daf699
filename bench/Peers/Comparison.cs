using System.Text.Json.Nodes;

namespace FireproofBench.Peers;

/// <summary>The measured rounds of one workload on both sides.</summary>
/// <param name="Workload">What was done.</param>
/// <param name="Reference">The reference engine's rounds, as reference.mjs told them.</param>
/// <param name="Ours">Our rounds.</param>
internal sealed record Comparison(Workload Workload, IReadOnlyList<JsonObject> Reference, IReadOnlyList<Round> Ours)
{
    /// <summary>Median milliseconds an operation of the reference engine.</summary>
    public double ReferencePerOperation =>
        Median([.. Reference.Select(round => round["milliseconds"]!.GetValue<double>() / round["operations"]!.GetValue<double>())]);

    /// <summary>Our median milliseconds an operation.</summary>
    public double OursPerOperation => Median([.. Ours.Select(round => round.PerOperation)]);

    /// <summary>How many times faster ours is.</summary>
    public double Ratio => ReferencePerOperation / OursPerOperation;

    /// <summary>Median bytes on disk an operation of the reference engine; null where the workload leaves none.</summary>
    public double? ReferenceBytes => Ours[0].Bytes is null || Reference[0]["bytes"] is null
        ? null
        : Median([.. Reference.Select(round => round["bytes"]!.GetValue<double>() / round["operations"]!.GetValue<double>())]);

    /// <summary>Our median bytes on disk an operation.</summary>
    public double? OursBytes => Ours[0].Bytes is null ? null : Median([.. Ours.Select(round => (double)round.Bytes!.Value / round.Operations)]);

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
