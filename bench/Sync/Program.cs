using System.Globalization;
using FireproofBench.SyncBench;

// [--out FOLDER] [--only latency,writers,fresh,bytes,heads] [--puts 1000] [--devices 64] [--writes 100] [--documents 100000]
// The endpoint is a process of its own, from the Release build of src/Scenarios or from TOOL.
Dictionary<string, string> options = new(StringComparer.Ordinal)
{
    ["--out"] = "",
    ["--only"] = "latency,writers,fresh,bytes,heads",
    ["--puts"] = "1000",
    ["--devices"] = "64",
    ["--writes"] = "100",
    ["--documents"] = "100000",
};
for (int i = 0; i < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine("[--out FOLDER] [--only latency,writers,fresh,bytes,heads] [--puts N] [--devices N] [--writes N] [--documents N]");
        return 2;
    }

    options[args[i]] = args[i + 1];
}

string rows = "";
foreach (string what in options["--only"].Split(','))
{
    string row = what switch
    {
        "latency" => await Measurements.LatencyAsync(Number("--puts")),
        "writers" => await Measurements.WritersAsync(Number("--devices"), Number("--writes")),
        "fresh" => await Measurements.FreshAsync(Number("--documents")),
        "bytes" => await Measurements.BytesAsync(Number("--puts")),
        "heads" => await Measurements.HeadsAsync(Number("--devices")),
        _ => throw new ArgumentException($"'{what}' is not measured here."),
    };
    await Console.Error.WriteAsync(row);
    rows += row;
}

string report = string.Create(
    CultureInfo.InvariantCulture,
    $"""
    # Synchronisation, measured

    {DateTimeOffset.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} processors, which endpoint and devices share; devices in memory, files sealed.

    | what | measured | wanted |
    |---|---|---|
    {rows}
    """);
if (options["--out"] is { Length: > 0 } folder)
{
    Directory.CreateDirectory(folder);
    await File.WriteAllTextAsync(Path.Combine(folder, "sync.md"), report);
}

Console.WriteLine(report);
return 0;

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);
