using System.Diagnostics;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>An endpoint in another process, spoken to by Node, a WebSocket client from npm, and curl, which know it by its OpenAPI document alone.</summary>
public sealed class ClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Client => SourceTree.PropertiesFolder(Path.Combine("Endpoint", "Client"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_document_is_all_that_a_client_needs(bool withToken)
    {
        await RequireClientAsync();
        string[] trust = withToken ? ["--trust", _folder.Write("keys.json", Tokens.KeySet)] : [];
        await using ServedProcess served = await ServedProcess.StartAsync(["--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"), .. trust]);
        string[] token = withToken ? [Tokens.Make("fireproof:js*:admin")] : [];
        (int exit, string output) = await RunAsync("node", ["client.mjs", served.Address.ToString().TrimEnd('/'), .. token]);
        Assert.True(exit == 0, output);
        foreach (string kind in (string[])["getObject 200", "getObject 206", "putObject 412", "getHeads 304", "getChanges 410", "publishHead 200", "clearHeads 204"])
            Assert.Contains(kind, output, StringComparison.Ordinal);
    }

    private static async Task RequireClientAsync()
    {
        foreach (string program in (string[])["node", "npm", "curl"])
        {
            try
            {
                _ = await RunAsync(program, ["--version"]);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip($"{program} is not installed");
            }
        }

        if (!File.Exists(Path.Combine(Client, "node_modules", ".package-lock.json")))
        {
            (int exit, string output) = await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            Assert.SkipWhen(exit != 0, $"the packages of the client cannot be had: {output}");
        }
    }

    private static async Task<(int Exit, string Output)> RunAsync(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Client, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, output + await error);
    }
}
