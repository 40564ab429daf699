using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Power;

// [--out FOLDER] [--parts kills,curve,clean,wire,worlds] [--clean 1000] [--seeds 5] [--only V01,K02] [--parallel N] [--budgets quick,standard] [--store http://127.0.0.1:7480 --region default]
// The part wire takes a real S3 server, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
Dictionary<string, string> options = new(StringComparer.Ordinal)
{
    ["--out"] = "results/conformance/power",
    ["--parts"] = "kills,curve,clean",
    ["--clean"] = "1000",
    ["--seeds"] = "5",
    ["--only"] = "",
    ["--parallel"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
    ["--budgets"] = "Quick,Standard",
    ["--store"] = "",
    ["--region"] = "us-east-1",
};
for (int i = 0; i < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine("[--out FOLDER] [--parts kills,curve,clean,wire,worlds] [--clean N] [--seeds N] [--only ID,ID] [--parallel N] [--budgets Quick,Standard] [--store URL] [--region NAME]");
        return 2;
    }

    options[args[i]] = args[i + 1];
}

string[] only = options["--only"].Split(',', StringSplitOptions.RemoveEmptyEntries);
ImmutableArray<SimulatedFault> faults = [.. FaultCatalogue.Faults.Where(fault => only.Length == 0 || only.Contains(fault.Id))];
ImmutableArray<SimulatedFault> oddities = [.. FaultCatalogue.Oddities.Where(oddity => only.Length == 0 || only.Contains(oddity.Id))];
int parallel = Number("--parallel");
string folder = options["--out"];
Directory.CreateDirectory(folder);

if (options["--parts"].Contains("kills", StringComparison.Ordinal))
{
    Budget[] budgets = [.. options["--budgets"].Split(',').Select(Enum.Parse<Budget>)];
    Save("kills", Trials.Run(
        [
            .. budgets.SelectMany(budget => faults.Select(fault => ($"sim:fault/{fault.Id}", budget, 7L, ImmutableArray<string>.Empty))),
            .. budgets.SelectMany(budget => oddities.Select(oddity => ($"sim:oddity/{oddity.Id}", budget, 7L, ImmutableArray<string>.Empty))),
        ],
        parallel,
        (trial, count) => Console.Error.WriteLine($"{count} {trial.Url} {trial.Budget}: {trial.Verdict}, {trial.Failed.Count} failed: {string.Join(' ', trial.Failed.Keys.Order(StringComparer.Ordinal))} ({trial.Requests} requests, {trial.Seconds:F0} s)")));
}

if (options["--parts"].Contains("curve", StringComparison.Ordinal))
{
    double[] rates = [1, 0.3, 0.1, 0.03, 0.01];
    Save("curve", Trials.Run(
        [
            .. faults.SelectMany(fault => rates.SelectMany(rate => Enumerable.Range(1, Number("--seeds")).Select(seed =>
                (string.Create(CultureInfo.InvariantCulture, $"sim:fault/{fault.Id}?rate={rate}&seed={seed}"), Budget.Quick, (long)seed, fault.Killers)))),
        ],
        parallel,
        static (_, _) => { }));
}

if (options["--parts"].Contains("clean", StringComparison.Ordinal))
{
    string[] stores = ["sim:strong", "sim:strong?latency=5ms", "sim:strong?heads=objects", "sim:strong?heads=single", .. oddities.Select(static oddity => $"sim:oddity/{oddity.Id}")];
    Save("clean", Trials.Run(
        [.. Enumerable.Range(0, Number("--clean")).Select(i => (WithSeed(stores[i % stores.Length], i), Budget.Quick, 1000L + i, ImmutableArray<string>.Empty))],
        parallel,
        static (trial, count) =>
        {
            if (trial.Failed.Count > 0 || count % 50 == 0)
                Console.Error.WriteLine($"{count} {trial.Url} seed {trial.Seed}: {trial.Verdict} {string.Join(' ', trial.Failed.Select(static failed => $"{failed.Key}: {failed.Value}"))}");
        }));
}

if (options["--parts"].Contains("wire", StringComparison.Ordinal))
    Save("wire", await WireTrials.RunAsync(new Uri(options["--store"]), options["--region"], only));

if (options["--parts"].Contains("worlds", StringComparison.Ordinal))
{
    WorldTrial[] trials = await WorldTrials.RunAsync(faults, parallel);
    File.WriteAllText(Path.Combine(folder, "worlds.json"), JsonSerializer.Serialize(trials, PowerJson.Options));
    File.WriteAllText(Path.Combine(folder, "worlds.md"), WorldTrials.Write(trials));
}

string page = PowerReport.Write(folder);
File.WriteAllText(Path.Combine(folder, "README.md"), page);
Console.WriteLine(page);
return 0;

static string WithSeed(string url, int seed) => string.Create(CultureInfo.InvariantCulture, $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}seed={seed}");

void Save(string part, Trial[] trials) => File.WriteAllText(Path.Combine(folder, $"{part}.json"), JsonSerializer.Serialize(trials, PowerJson.Options));

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);
