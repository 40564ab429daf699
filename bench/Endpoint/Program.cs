using System.Globalization;
using FireproofBench.EndpointBench;

// push [--subscribers 1000] [--publications 200] [--rate 5]    from a publication to each of its subscribers
// memory [--bytes 1073741824]                                  of client and endpoint while an object goes up and comes down
// cloud [--devices 200] [--puts 10] [--seconds 600] [--burst 0]   devices of the cloud protocol, so many puts a second each; --burst 500 addresses at once beside them
// Each starts an endpoint of its own from the Release build of src/Scenarios, or from TOOL.
Dictionary<string, string> options = new(StringComparer.Ordinal) { ["--subscribers"] = "1000", ["--publications"] = "200", ["--rate"] = "5", ["--bytes"] = "1073741824", ["--devices"] = "200", ["--puts"] = "10", ["--seconds"] = "600", ["--burst"] = "0" };
for (int i = 1; i + 1 < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]))
        return Refuse();
    options[args[i]] = args[i + 1];
}

switch (args.FirstOrDefault())
{
    case "push":
        await PushLatency.RunAsync(Number("--subscribers"), Number("--publications"), Number("--rate"));
        return 0;
    case "memory":
        await TransferMemory.RunAsync(long.Parse(options["--bytes"], CultureInfo.InvariantCulture));
        return 0;
    case "cloud":
        await CloudLoad.RunAsync(Number("--devices"), Number("--puts"), TimeSpan.FromSeconds(Number("--seconds")), Number("--burst"));
        return 0;
    default:
        return Refuse();
}

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);

static int Refuse()
{
    Console.Error.WriteLine("push [--subscribers N] [--publications N] [--rate N], memory [--bytes N], or cloud [--devices N] [--puts N] [--seconds N] [--burst N]");
    return 2;
}
