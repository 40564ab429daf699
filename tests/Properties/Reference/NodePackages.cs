using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FireproofBench.Properties.Fixtures;

namespace FireproofBench.Properties.Reference;

/// <summary>Node, and the packages of the reference engine beside the runner: what is not installed yet is installed once in a test run.</summary>
internal static class NodePackages
{
    private const int OldestSupported = 20;

    private static readonly TimeSpan _installWithin = TimeSpan.FromMinutes(5);
    private static readonly string _folder = SourceTree.PropertiesFolder("Reference");
    private static readonly Lazy<Task> _installed = new(InstallAsync);

    /// <summary>Waits until they are there.</summary>
    /// <exception cref="NodeUnavailableException">Node is missing or too old, or the packages cannot be had.</exception>
    public static Task RequireAsync(CancellationToken cancellation) => _installed.Value.WaitAsync(cancellation);

    /// <summary>Runs a program in the folder of the packages to its end.</summary>
    /// <exception cref="NodeUnavailableException">There is no such program, or it took far too long.</exception>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using CancellationTokenSource deadline = new(_installWithin);
        using Process process = Start(program, arguments);
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new NodeUnavailableException($"{program} {string.Join(' ', arguments)} took longer than {_installWithin.TotalMinutes} minutes.");
        }
    }

    /// <summary>Starts a program in the folder of the packages.</summary>
    /// <exception cref="NodeUnavailableException">There is no such program.</exception>
    public static Process Start(string program, params string[] arguments)
    {
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new NodeUnavailableException($"'{program}' is not on the PATH; the reference engine needs Node {OldestSupported} or later with npm.");
        }
    }

    private static async Task InstallAsync()
    {
        await RequireNodeAsync();
        if (ArePresent())
            return;
        (int code, string output) = await RunAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        if (code != 0)
            throw new NodeUnavailableException($"The packages of the reference engine could not be installed (npm ci): {output.Trim()}");
    }

    private static async Task RequireNodeAsync()
    {
        (int code, string output) = await RunAsync("node", "--version");
        string version = output.Trim();
        if (code != 0 || !version.StartsWith('v') || !int.TryParse(version[1..].Split('.')[0], out int major))
            throw new NodeUnavailableException($"Node did not tell its version: {version}");
        if (major < OldestSupported)
            throw new NodeUnavailableException($"Node {version} is older than {OldestSupported}, which the reference engine needs.");
    }

    // npm leaves a list of what it installed, which may be that of an older lock file. Optional packages are there for one platform each.
    private static bool ArePresent()
    {
        string list = Path.Combine(_folder, "node_modules", ".package-lock.json");
        if (!File.Exists(list))
            return false;
        Dictionary<string, string> installed = Versions(list, optional: true);
        return Versions(Path.Combine(_folder, "package-lock.json"), optional: false).All(wanted => installed.TryGetValue(wanted.Key, out string? version) && version == wanted.Value);
    }

    private static Dictionary<string, string> Versions(string lockFile, bool optional)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        return document.RootElement.GetProperty("packages").EnumerateObject()
            .Where(package => package.Name.Length > 0 && (optional || !package.Value.TryGetProperty("optional", out _)))
            .ToDictionary(static package => package.Name, static package => package.Value.GetProperty("version").GetString()!);
    }
}
