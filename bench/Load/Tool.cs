using System.Text.Json;
using FireproofBench.Scenarios.CommandLine;

namespace FireproofBench.LoadBench;

/// <summary>The command line as a user has it, in this process and with bent stores beside the usual ones.</summary>
internal static class Tool
{
    /// <summary>Runs a verb, and gives its exit code and what it wrote.</summary>
    public static async Task<(int Exit, string Text)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int exit = await FireproofBenchCommand.RunAsync(arguments, new Terminal(output, errors, null, false), BentStores.OpenAsync, CancellationToken.None);
        return exit is ExitCodes.Success or ExitCodes.Violation ? (exit, output.ToString()) : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {errors}");
    }

    /// <summary>Runs a scenario once, and gives what <c>run.json</c> says.</summary>
    /// <param name="folder">Where the results go; a new folder.</param>
    /// <param name="arguments">What stands behind <c>load</c>.</param>
    public static async Task<JsonElement> LoadAsync(string folder, params string[] arguments)
    {
        _ = await RunAsync(["load", .. arguments, "--results", folder]);
        string run = Directory.EnumerateFiles(folder, "run.json", SearchOption.AllDirectories).Single();
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(run));
        return json.RootElement.Clone();
    }

    /// <summary>Removes the results of a former measurement, which would be taken for this one's.</summary>
    public static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
