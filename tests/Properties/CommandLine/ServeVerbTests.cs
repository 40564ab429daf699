using System.Globalization;
using System.Net;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class ServeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("other machines", "--listen", "http://0.0.0.0:0")]
    [InlineData("other machines", "--listen", "http://192.0.2.7:8787")]
    [InlineData("--listen", "--listen", "ftp://127.0.0.1:1")]
    [InlineData("--listen", "--listen", "http://example.org:80")]
    [InlineData("--certificate", "--listen", "https://127.0.0.1:0")]
    [InlineData("--meta", "--meta", "mysql:x")]
    [InlineData("--meta", "--meta", "sqlite:/no/such/folder/heads.sqlite")]
    [InlineData("PGPASSWORD", "--meta", "postgres:Host=h;Password=hunter2")]
    [InlineData("PGPASSWORD", "--meta", "postgres://u:hunter2@h/db")]
    [InlineData("--trust", "--trust", "/no/such/file")]
    [InlineData("--data", "--data", "gopher://x")]
    [InlineData("--rate", "--rate", "0")]
    public async Task What_cannot_be_served_is_refused_before_anything_listens(string told, params string[] arguments)
    {
        (int exit, string output, string error) = await RunAsync(
            [.. Default("--data", _folder.At("objects")), .. Default("--meta", "sqlite:" + _folder.At("heads.sqlite")), .. arguments]);
        Assert.Equal((ExitCodes.CouldNotRun, ""), (exit, output));
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);

        string[] Default(string name, string value) => arguments.Contains(name) ? [] : [name, value];
    }

    [Fact]
    public async Task The_help_shows_examples_and_exit_codes()
    {
        (int exit, string output, _) = await RunAsync(["--help"]);
        Assert.Equal(0, exit);
        foreach (string part in (string[])["--trust", "--policy", "--meta", "fireproofbench serve --listen", "130"])
            Assert.Contains(part, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task It_serves_until_it_is_interrupted_and_ends_in_order(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the system has no such signals");
        await using ServedProcess served = await ServedProcess.StartAsync("--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"));
        using HttpClient client = new();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(served.Address, "/readyz"), Token)).StatusCode);
        await using HttpMetadataGateway gateway = new(served.Address, "notes", EndpointServer.Client);
        using Stream events = await client.GetStreamAsync(new Uri(served.Address, "/v1/notes/events"), Token);
        Assert.Equal(ExitCodes.Interrupted, await served.InterruptAsync(signal));
        using StreamReader rest = new(events);
        _ = await rest.ReadToEndAsync(Token);
    }

    [Fact]
    public async Task With_trusted_keys_it_asks_for_tokens_and_its_log_holds_none_of_them()
    {
        string token = Tokens.Make("fireproof:notes:write");
        string foreign = Tokens.Make("fireproof:*:admin", secret: new byte[32]);
        await using ServedProcess served = await ServedProcess.StartAsync(
            "--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"), "--trust", _folder.Write("keys.json", Tokens.KeySet));
        await using HttpDeviceStore good = new(served.Address, "notes", EndpointServer.ClientWith(token));
        _ = await good.Data.PutAsync("data/x", new byte[10], FireproofBench.Engine.Ports.PutCondition.None, Token);
        using HttpClient client = new();
        foreach ((string? used, int status) in ((string?, int)[])[(null, 401), (foreign, 401), (token, 200), (token + "x", 401)])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(served.Address, "/v1/notes/heads"));
            if (used is not null)
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + used);
            using HttpResponseMessage answer = await client.SendAsync(request, Token);
            Assert.Equal(status.ToString(CultureInfo.InvariantCulture), ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture));
        }

        _ = await served.InterruptAsync("INT");
        foreach (string secret in (string[])[token, foreign, "dGVzdC1zZWNyZXQ"])
            Assert.DoesNotContain(secret, served.Log, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string[] arguments)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        return await CommandLineRun.OfAsync(StoreUrls.OpenAsync, patience.Token, ["serve", .. arguments]);
    }
}
