using System.Text.Json;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary><c>conform</c> on endpoints of the cloud protocol.</summary>
public sealed class CloudConformTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TokenSigner _signer = new("cloud");

    public void Dispose()
    {
        _signer.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_endpoint_is_judged_with_the_key_that_signs_its_tokens()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        string url = "fpcloud+" + server.Address;
        (int exit, string output, string error) = await CommandLineRun.OfAsync(
            "conform", url, "--cloud-signer", SignerFile(), "--only", "FPC-02,FPC-16,FPC-22", "--budget", "quick", "--json", "-", "--report", _folder.At("report"));
        Assert.True(exit == 0, output + error);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(("safe", "cloud"), (report.RootElement.GetProperty("verdict").GetString(), report.RootElement.GetProperty("profile").GetString()));
        Assert.Equal(["passed", "passed", "inconclusive"], report.RootElement.GetProperty("clauses").EnumerateArray().Select(static clause => clause.GetProperty("outcome").GetString()));
        Assert.False(report.RootElement.TryGetProperty("traits", out _));
        Assert.Contains("which stay", error, StringComparison.Ordinal);
        Assert.Contains("ledgers: the protocol removes none", await File.ReadAllTextAsync(_folder.At(Path.Combine("report", "report.html"))), StringComparison.Ordinal);
        (exit, output, _) = await CommandLineRun.OfAsync("report", _folder.At("report"), "--markdown");
        Assert.Equal(0, exit);
        Assert.Contains("| safe |", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_restarts_it_makes_crashes_conclusive_and_one_that_fails_is_told()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        string url = "fpcloud+" + server.Address;
        (int exit, string output, _) = await CommandLineRun.OfAsync("conform", url, "--cloud-signer", SignerFile(), "--only", "FPC-22", "--budget", "quick", "--restart-command", "exit 0");
        Assert.Equal(0, exit);
        Assert.Contains("FPC-22  MUST    passed", output, StringComparison.Ordinal);
        (exit, output, _) = await CommandLineRun.OfAsync("conform", url, "--cloud-signer", SignerFile(), "--only", "FPC-22", "--budget", "quick", "--restart-command", "exit 3");
        Assert.Equal(0, exit);
        Assert.Contains("inconclusive  --restart-command ended with 3", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("needs the private key", "conform", "fpcloud+http://127.0.0.1:1")]
    [InlineData("leave out tenant and ledger", "conform", "fpcloud+http://127.0.0.1:1?tenant=a&ledger=b", "--cloud-signer", "KEY")]
    [InlineData("says nothing of an endpoint of the cloud protocol", "conform", "fpcloud+http://127.0.0.1:1", "--heads", "multi", "--cloud-signer", "KEY")]
    [InlineData("is for endpoints of the cloud protocol", "conform", "memory:", "--cloud-signer", "KEY")]
    [InlineData("FPC is asked of endpoints of the cloud protocol", "conform", "memory:", "--only", "FPC")]
    [InlineData("is asked for FPC alone", "conform", "fpcloud+http://127.0.0.1:1", "--only", "LST")]
    [InlineData("is no endpoint of the cloud protocol, or not reached", "conform", "fpcloud+http://127.0.0.1:1", "--cloud-signer", "KEY")]
    [InlineData("no private JWK", "conform", "fpcloud+http://127.0.0.1:1", "--cloud-signer", "PUBLIC")]
    public async Task What_cannot_be_judged_is_exit_code_2_and_says_why(string why, params string[] arguments)
    {
        string open = _folder.At("public.jwk");
        await File.WriteAllTextAsync(open, _signer.Jwk);
        (int exit, string output, string error) = await CommandLineRun.OfAsync([.. arguments.Select(argument => argument switch { "KEY" => SignerFile(), "PUBLIC" => open, _ => argument })]);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    private string SignerFile()
    {
        string file = _folder.At("signer.jwk");
        File.WriteAllText(file, _signer.PrivateJwk);
        return file;
    }
}
