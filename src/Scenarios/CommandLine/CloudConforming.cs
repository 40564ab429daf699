using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>conform fpcloud+http://…</c>: the clauses of the cloud protocol on an endpoint.</summary>
internal sealed class CloudConforming
{
    private const string Scheme = "fpcloud+";
    private const string SignerVariable = "CLOUD_SESSION_TOKEN_SECRET";

    /// <summary><c>--cloud-signer</c>.</summary>
    public Option<string?> Signer { get; } = new("--cloud-signer")
    {
        Description = $"For fpcloud+http://: a file with the private key (a JWK of P-256) that signs the endpoint's tokens, since clauses need good and bad ones of several users; without it {SignerVariable}, if set.",
        HelpName = "FILE",
    };

    /// <summary><c>--restart-command</c>.</summary>
    public Option<string?> RestartCommand { get; } = new("--restart-command")
    {
        Description = "For fpcloud+http://: a command that kills the endpoint and starts it again, and ends when that is done; without it what needs a crash is inconclusive.",
        HelpName = "COMMAND",
    };

    /// <summary>Whether an address is one of the cloud protocol.</summary>
    public static bool IsCloud(string? url) => url?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Runs the clauses.</summary>
    /// <param name="url">The address.</param>
    /// <param name="parsed">What was given.</param>
    /// <param name="request">What is to be run.</param>
    /// <param name="terminal">Hears of the progress.</param>
    /// <param name="cancellation">The user's wish to stop.</param>
    /// <exception cref="UsageException">Address or key are none.</exception>
    public async Task<ConformanceReport> RunAsync(string url, ParseResult parsed, ConformanceRequest request, Terminal terminal, CancellationToken cancellation)
    {
        CloudUrl address;
        try
        {
            address = CloudUrl.Parse(url);
        }
        catch (StorageException wrong)
        {
            throw new UsageException(wrong.Message);
        }

        if (address.Ledger is not null)
            throw new UsageException("conform makes ledgers of its own at an endpoint of the cloud protocol: leave out tenant and ledger.");
        using CloudIssuer issuer = ReadSigner(parsed.GetValue(Signer));
        CloudSubject subject = new()
        {
            Url = address.ToString(),
            Messages = address.Address,
            Issuer = issuer,
            Restart = parsed.GetValue(RestartCommand) is { } command ? token => RestartAsync(command, token) : null,
        };
        ProgressLines progress = new(terminal.Error, terminal.ErrorIsTerminal, request.Clauses, null);
        return await new CloudRunner(subject, request, progress, TimeProvider.System).RunAsync(cancellation);
    }

    private static CloudIssuer ReadSigner(string? file)
    {
        string where = file is null ? SignerVariable : $"--cloud-signer {file}";
        try
        {
            string text = file is not null ? new FileInfo(file) is { Exists: true, Length: > CloudIssuer.MaxKeyLength } ? throw new FormatException("the file is too long for a key") : File.ReadAllText(file)
                : Environment.GetEnvironmentVariable(SignerVariable) is { Length: > 0 } variable ? variable
                : throw new UsageException(
                    $"conform needs the private key that signs the endpoint's tokens, since clauses need good and bad ones of several users: give --cloud-signer FILE (a JWK of P-256), or {SignerVariable} as the reference server has it. Judge a deployment of your own, with a key for tests.");
            return CloudIssuer.Read(text);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new UsageException($"{where}: {wrong.Message}");
        }
    }

    private static async Task RestartAsync(string command, CancellationToken cancellation)
    {
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new("cmd.exe", ["/c", command]) : new("/bin/sh", ["-c", "exec >&2\n" + command]);

        // What it tells goes with the progress: standard output is the report's.
        start.RedirectStandardInput = true;
        try
        {
            using Process process = Process.Start(start) ?? throw new StoreUnusableException("--restart-command: no process was started");
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            // Not the command itself: it may hold a password, and this stands in reports.
            if (process.ExitCode != 0)
                throw new StoreUnusableException($"--restart-command ended with {process.ExitCode}");
        }
        catch (Win32Exception failure)
        {
            throw new StoreUnusableException($"--restart-command: {failure.Message}", failure);
        }
    }
}
