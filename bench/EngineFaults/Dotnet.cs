using System.Diagnostics;

namespace FireproofBench.EngineFaults;

/// <summary>Runs of the SDK and of what it built, each with an end.</summary>
internal static class Dotnet
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="patience">When it is killed, with what it started.</param>
    /// <param name="arguments">What to run.</param>
    /// <returns>The exit code, null when it was killed, and all that it said.</returns>
    public static async Task<(int? ExitCode, string Output)> RunAsync(TimeSpan patience, params IEnumerable<string> arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource end = new(patience);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return (null, await output + await errors);
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";

        // A build server would outlive the build, and hold what it writes to open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
    }
}
