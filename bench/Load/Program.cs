using System.Globalization;
using FireproofBench.LoadBench;

// [--parts rates,stall,endpoint,compare,nights,steady] [--out results/load/proof] [--rounds 5] [--seconds 5] [--same 20] [--slower 5] [--tail 5] [--pairs 6] [--nights 12] [--planted 8] [--load "--rate 2000/s"] [--minutes 60]
// What the load engine can do and whether it tells the truth. The part endpoint starts one from the tool as it was built.
Dictionary<string, string> options = new(StringComparer.Ordinal)
{
    ["--parts"] = "rates,stall,endpoint,compare",
    ["--out"] = "results/load/proof",
    ["--rounds"] = "5",
    ["--seconds"] = "5",
    ["--same"] = "20",
    ["--slower"] = "5",
    ["--tail"] = "5",
    ["--pairs"] = "6",
    ["--load"] = "--rate 2000/s",
    ["--nights"] = "12",
    ["--planted"] = "8",
    ["--minutes"] = "60",
};
for (int i = 0; i < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine(string.Join(' ', options.Select(static option => $"[{option.Key} {option.Value}]")));
        return 2;
    }

    options[args[i]] = args[i + 1];
}

string output = options["--out"];
Directory.CreateDirectory(output);
DirectoryInfo work = Directory.CreateDirectory($"/var/tmp/fireproofbench-load-{Guid.NewGuid():n}");
try
{
    await PartAsync("rates", () => Rates.MeasureAsync(Number("--rounds"), Number("--seconds"), work.FullName));
    await PartAsync("stall", () => Stall.MeasureAsync(Path.Combine(output, "stall-run")));
    await PartAsync("endpoint", () => EndpointRatio.MeasureAsync(Number("--rounds"), Number("--seconds"), work.FullName));
    await PartAsync("compare", () => Comparisons.MeasureAsync((Number("--same"), Number("--slower"), Number("--tail")), Number("--pairs"), Number("--seconds"), work.FullName));
    await PartAsync("nights", () => Nights.MeasureAsync(Number("--nights"), Number("--planted"), Number("--seconds"), Path.Combine(output, "nights")));
    await PartAsync("steady", () => Steadiness.MeasureAsync(options["--load"], Number("--minutes"), work.FullName));
}
finally
{
    work.Delete(recursive: true);
}

return 0;

async Task PartAsync(string part, Func<Task<string>> measure)
{
    if (!options["--parts"].Split(',').Contains(part))
        return;
    string table = await measure();
    await File.WriteAllTextAsync(Path.Combine(output, part + ".md"), table);
    Console.WriteLine(table);
}

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);
