using System.Globalization;
using FireproofBench.Conformance;

namespace FireproofBench.Xunit;

/// <summary>What the environment says of a run; it goes before what a test class says, so that a run is repeated without a change of code.</summary>
internal static class RunVariables
{
    public const string Seed = "FIREPROOFBENCH_SEED";
    public const string Budget = "FIREPROOFBENCH_BUDGET";
    public const string Clauses = "FIREPROOFBENCH_CLAUSES";

    /// <summary>The ids and groups that are named; null when none is.</summary>
    public static string[]? Only() => Only(Environment.GetEnvironmentVariable(Clauses));

    /// <summary>The options of a run: those of the class, where the environment names no others.</summary>
    /// <exception cref="FormatException">A variable has a value that is none.</exception>
    public static BookOptions Over(BookOptions options) => Over(options, Environment.GetEnvironmentVariable);

    /// <summary>The options of a run.</summary>
    /// <param name="options">Those of the class.</param>
    /// <param name="variable">Reads a variable.</param>
    /// <exception cref="FormatException">A variable has a value that is none.</exception>
    public static BookOptions Over(BookOptions options, Func<string, string?> variable) => options with
    {
        Seed = variable(Seed) is { Length: > 0 } seed ? SeedOf(seed) : options.Seed,
        Budget = variable(Budget) is { Length: > 0 } budget ? BudgetOf(budget) : options.Budget,
        Only = Only(variable(Clauses)) ?? options.Only,
    };

    private static string[]? Only(string? names) =>
        names?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } only ? only : null;

    private static long SeedOf(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed
        : throw new FormatException($"{Seed} is '{text}', and a seed is a whole number.");

    private static Budget BudgetOf(string text) => Enum.GetValues<Budget>().Cast<Budget?>().FirstOrDefault(b => $"{b}".Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw new FormatException($"{Budget} is '{text}', and a budget is quick, standard or thorough.");
}
