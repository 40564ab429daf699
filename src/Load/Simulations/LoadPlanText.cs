using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Load.Simulations;

/// <summary>Plans as users write them: <c>inject 200/s 30s; pause 5s; ramping-inject 0/s 500/s 1m; keep-constant 16 30s; ramping-constant 1 64 2m</c>.</summary>
internal static class LoadPlanText
{
    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads the stretches of a plan.</summary>
    /// <exception cref="FormatException">It is none, or a number is out of its range; the message says which.</exception>
    public static ImmutableArray<LoadSimulation> Read(string text)
    {
        ImmutableArray<LoadSimulation> simulations = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ReadOne)];
        return simulations.Length > 0 ? simulations : throw new FormatException("the plan is empty: name a stretch, such as 'inject 200/s 30s'");
    }

    /// <summary>Writes a plan so that it reads back.</summary>
    public static string Write(IEnumerable<LoadSimulation> simulations) => string.Join("; ", simulations.Select(static simulation => simulation switch
    {
        Inject inject => $"inject {Rate(inject.PerSecond)} {Duration(inject.Duration)}",
        RampingInject ramp => $"ramping-inject {Rate(ramp.From)} {Rate(ramp.To)} {Duration(ramp.Duration)}",
        KeepConstant keep => string.Create(CultureInfo.InvariantCulture, $"keep-constant {keep.Count} {Duration(keep.Duration)}"),
        RampingConstant ramp => string.Create(CultureInfo.InvariantCulture, $"ramping-constant {ramp.From} {ramp.To} {Duration(ramp.Duration)}"),
        _ => $"pause {Duration(simulation.Duration)}",
    }));

    /// <summary>Reads a duration such as <c>500ms</c>, <c>30s</c>, <c>2m</c> or <c>1h</c>.</summary>
    /// <exception cref="FormatException">It is none, or not above zero and at most a week.</exception>
    public static TimeSpan ReadDuration(string text)
    {
        foreach ((string unit, double seconds) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryReadNumber(text[..^unit.Length], out double number))
            {
                return number > 0 && number * seconds <= LoadPlan.MaxDuration.TotalSeconds
                    ? TimeSpan.FromSeconds(number * seconds)
                    : throw new FormatException($"'{text}' is not above zero and at most {LoadPlan.MaxDuration.TotalDays:0} days");
            }
        }

        throw new FormatException($"'{text}' is no duration such as 500ms, 30s, 2m or 1h");
    }

    /// <summary>Reads a rate such as <c>200/s</c> or <c>90/m</c>.</summary>
    /// <exception cref="FormatException">It is none, or out of its range.</exception>
    public static double ReadRate(string text)
    {
        string[] parts = text.Split('/');
        double seconds = parts.Length == 2 ? parts[1] switch { "s" => 1, "m" => 60, "h" => 3600, _ => 0 } : 0;
        if (seconds == 0 || !TryReadNumber(parts[0], out double number))
            throw new FormatException($"'{text}' is no rate such as 200/s or 90/m");
        double rate = number / seconds;
        return rate is >= 0 and <= LoadPlan.MaxRate ? rate : throw new FormatException(
            string.Create(CultureInfo.InvariantCulture, $"'{text}' is not between 0 and {LoadPlan.MaxRate:N0} a second"));
    }

    /// <summary>Reads a number of copies.</summary>
    /// <exception cref="FormatException">It is none, or out of its range.</exception>
    public static int ReadCopies(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int copies) && copies <= LoadPlan.MaxCopies
        ? copies
        : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no whole number of copies up to {LoadPlan.MaxCopies:N0}"));

    private static LoadSimulation ReadOne(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return words switch
            {
                ["inject", var rate, var duration] => new Inject(Positive(ReadRate(rate), rate), ReadDuration(duration)),
                ["ramping-inject", var from, var to, var duration] => Checked(new RampingInject(ReadRate(from), ReadRate(to), ReadDuration(duration))),
                ["keep-constant", var copies, var duration] => new KeepConstant((int)Positive(ReadCopies(copies), copies), ReadDuration(duration)),
                ["ramping-constant", var from, var to, var duration] => Checked(new RampingConstant(ReadCopies(from), ReadCopies(to), ReadDuration(duration))),
                ["pause", var duration] => new Pause(ReadDuration(duration)),
                _ => throw new FormatException(
                    "it is none of 'inject RATE DURATION', 'ramping-inject RATE RATE DURATION', 'keep-constant N DURATION', 'ramping-constant N N DURATION' and 'pause DURATION'"),
            };
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"'{text}': {wrong.Message}", wrong);
        }
    }

    private static double Positive(double number, string text) => number > 0 ? number : throw new FormatException($"'{text}' is no load; 'pause DURATION' is a stretch without any");

    private static RampingInject Checked(RampingInject ramp) => ramp is { From: 0, To: 0 } ? throw new FormatException("it goes from nothing to nothing") : ramp;

    private static RampingConstant Checked(RampingConstant ramp) => ramp is { From: 0, To: 0 } ? throw new FormatException("it goes from nothing to nothing") : ramp;

    private static bool TryReadNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string Rate(double rate) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.######}/s");

    private static string Duration(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
}
