using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Simulation.Planning;

/// <summary>Plans as JSON: <c>{"schema":"fireproofbench/plan/1","seed":…,"store":"sim:…","devices":3,"features":["Deletes",…],"pollMs":…,"latencyMs":…,"steps":[[number, "A", "Put", at in ms, chance],…]}</c>.</summary>
internal static class PlanText
{
    private const string Schema = "fireproofbench/plan/1";
    private const int MostSteps = 1_000_000;

    /// <summary>Writes a plan.</summary>
    public static string Write(Plan plan)
    {
        JsonArray steps = [];
        foreach (Step step in plan.Steps)
            steps.Add(new JsonArray(step.Number, Plan.NameOf(step.Device), step.Kind.ToString(), step.At.TotalMilliseconds, step.Chance));
        JsonArray features = [];
        foreach (Features feature in Enum.GetValues<Features>().Where(feature => feature != Features.None && plan.Has(feature)))
            features.Add(feature.ToString());
        JsonObject text = new()
        {
            ["schema"] = Schema,
            ["seed"] = plan.Seed,
            ["store"] = plan.Store,
            ["devices"] = plan.Devices,
            ["features"] = features,
            ["pollMs"] = plan.PollInterval.TotalMilliseconds,
            ["latencyMs"] = plan.Latency.TotalMilliseconds,
            ["steps"] = steps,
        };
        return text.ToJsonString();
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="FormatException">It is none, or of another version; the message says what is wrong.</exception>
    public static Plan Read(string text)
    {
        try
        {
            JsonObject read = JsonNode.Parse(text) as JsonObject ?? throw new FormatException("a plan is a JSON object");
            string schema = (string?)read["schema"] ?? "";
            if (schema != Schema)
                throw new FormatException($"its schema is '{schema}', and '{Schema}' is understood");
            JsonArray steps = read["steps"] as JsonArray ?? throw new FormatException("it has no steps");
            if (steps.Count > MostSteps)
                throw new FormatException($"it has {steps.Count} steps, and {MostSteps} is the limit");
            int devices = Number<int>(read, "devices");
            if (devices is < 1 or > 26)
                throw new FormatException($"it has {devices} devices, and there are 1 to 26");
            string[] features = [.. (read["features"] as JsonArray ?? []).Select(static name => (string?)name ?? "")];
            return new Plan
            {
                Seed = Number<long>(read, "seed"),
                Store = ReadStore((string?)read["store"] ?? throw new FormatException("it names no store")),
                Devices = devices,
                Features = features.Aggregate(Features.None, static (all, name) => all | Named<Features>(name)),
                PollInterval = Milliseconds(Number<double>(read, "pollMs")) is var poll && poll > TimeSpan.Zero ? poll : throw new FormatException("its devices look for heads without a pause: pollMs is above 0"),
                Latency = Milliseconds(Number<double>(read, "latencyMs")),
                Steps = [.. steps.Select(step => ReadStep(step as JsonArray, devices))],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException($"it is not a plan: {e.Message}", e);
        }
    }

    private static string ReadStore(string address)
    {
        try
        {
            return address.StartsWith("sim:", StringComparison.Ordinal) ? SimulatedUrl.Parse(address).ToString() : throw new FormatException($"its store '{address}' is not simulated");
        }
        catch (StorageException wrong)
        {
            throw new FormatException($"its store '{address}' is none: {wrong.Reason}", wrong);
        }
    }

    private static Step ReadStep(JsonArray? step, int devices)
    {
        if (step is not { Count: 5 })
            throw new FormatException("a step is [number, device, kind, milliseconds, chance]");
        string device = (string?)step[1] ?? "";
        int number = device.Length == 1 ? device[0] - 'A' : -1;
        return number < 0 || number >= devices
            ? throw new FormatException($"the device '{device}' of a step is none of the {devices.ToString(CultureInfo.InvariantCulture)}")
            : new Step((int)step[0]!, Milliseconds((double)step[3]!), number, Named<StepKind>((string?)step[2] ?? ""), (long)step[4]!);
    }

    private static TimeSpan Milliseconds(double number) => number is >= 0 and < 1e12
        ? TimeSpan.FromTicks((long)Math.Round(number * TimeSpan.TicksPerMillisecond))
        : throw new FormatException($"{number} milliseconds is no time of a plan");

    private static T Number<T>(JsonObject read, string name) => read[name] is JsonValue value && value.TryGetValue(out T? number) ? number : throw new FormatException($"it has no {name}");

    private static T Named<T>(string name)
        where T : struct, Enum => Enum.TryParse(name, out T value) && Enum.IsDefined(value) ? value : throw new FormatException($"'{name}' is no {typeof(T).Name} of a plan");
}
