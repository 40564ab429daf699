using System.Diagnostics;

namespace FireproofBench.Properties.Fixtures;

/// <summary>The scripts in <c>tests/servers</c>, which start and stop real servers.</summary>
internal static class ServerScript
{
    /// <summary>Runs a script. Nothing is installed: that is for whoever runs it by hand; a test only uses what is there.</summary>
    /// <param name="script">The file, without its ending.</param>
    /// <param name="verb">start, stop, or another one that the script has.</param>
    /// <param name="settings">Variables that the script reads.</param>
    public static async Task<(int Exit, string Output, string Error)> RunAsync(string script, string verb, params (string Name, string Value)[] settings)
    {
        ProcessStartInfo start = new("bash", [Path.Combine(SourceTree.PropertiesFolder(".."), "servers", script + ".sh"), verb])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["INSTALL"] = "0" },
        };
        foreach ((string name, string value) in settings)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
