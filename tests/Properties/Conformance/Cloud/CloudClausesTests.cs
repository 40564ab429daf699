using System.Collections.Immutable;
using System.Text;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Engine.Blocks;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>The clauses of the cloud protocol on sound endpoints, and on what is none.</summary>
public sealed class CloudClausesTests : IDisposable
{
    private readonly TokenSigner _signer = new("cloud");
    private readonly CloudIssuer _issuer;
    private readonly TemporaryFolder _folder = new();

    public CloudClausesTests() => _issuer = CloudIssuer.Read(_signer.PrivateJwk);

    public void Dispose()
    {
        _issuer.Dispose();
        _signer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sound_endpoint_keeps_all_of_them(bool offersSocket)
    {
        await using RestartableEndpoint served = await RestartableEndpoint.StartAsync(_folder, _signer, offersSocket);
        ConformanceReport report = await JudgeAsync(served.Address, served.RestartAsync, ClauseBook.Cloud.Clauses, TimeSpan.FromSeconds(20));
        Assert.Null(report.Lost);
        Assert.All(report.Results, result => Assert.True(
            result.Outcome == ClauseOutcome.Passed || (!offersSocket && result.Outcome == ClauseOutcome.Unsupported), $"{result.Clause.Id} {result.Outcome}: {result.Evidence}"));
        Assert.Equal(offersSocket ? 32 : 27, report.Results.Count(static result => result.Outcome == ClauseOutcome.Passed));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
        Assert.NotEmpty(report.Leftovers);
    }

    [Fact]
    public async Task An_endpoint_below_a_path_keeps_them_too()
    {
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) }, prefix: "/base");
        ImmutableArray<Clause> clauses = [.. ClauseBook.Cloud.Clauses.Where(static clause => clause.Id is "FPC-01" or "FPC-04" or "FPC-07" or "FPC-13" or "FPC-14" or "FPC-28")];
        ConformanceReport report = await CloudRuns.OfAsync(new Uri(server.Address, "/base/fp"), _issuer, null, clauses, TimeSpan.FromSeconds(20));
        Assert.All(report.Results, static result => Assert.True(result.Outcome == ClauseOutcome.Passed, $"{result.Clause.Id} {result.Outcome}: {result.Evidence}"));
    }

    [Fact]
    public void The_key_is_read_in_the_forms_in_which_the_reference_server_has_it()
    {
        byte[] jwk = Encoding.UTF8.GetBytes(_signer.PrivateJwk);
        foreach (string text in (string[])[_signer.PrivateJwk, "z" + Base58.Encode(jwk), Convert.ToBase64String(jwk) + "\n"])
            CloudIssuer.Read(text).Dispose();
        foreach (string wrong in (string[])[_signer.Jwk, "", "no key", "z0", "{}", _signer.PrivateJwk.Replace("\"x\":\"", "\"x\":\"!", StringComparison.Ordinal), new string('a', CloudIssuer.MaxKeyLength + 1)])
        {
            FormatException refused = Assert.Throws<FormatException>(() => CloudIssuer.Read(wrong));
            Assert.DoesNotContain("\"d\"", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_endpoint_that_trusts_another_key_is_not_judged()
    {
        using CloudIssuer stranger = CloudIssuer.Unknown();
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        StoreUnusableException refused = await Assert.ThrowsAsync<StoreUnusableException>(() => CloudRuns.OfAsync(server.Address, stranger, null, ClauseBook.Cloud.Clauses, TimeSpan.FromSeconds(20)));
        Assert.Contains("is its key the public half", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_goes_away_breaks_no_clause()
    {
        EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        ImmutableArray<Clause> clauses = [.. ClauseBook.Cloud.Clauses.Where(static clause => clause.Id is "FPC-22" or "FPC-31")];
        ConformanceReport report = await JudgeAsync(server.Address, async _ => await server.DisposeAsync(), clauses, TimeSpan.FromSeconds(3));
        Assert.NotNull(report.Lost);
        Assert.All(report.Results, static result => Assert.Equal(ClauseOutcome.Inconclusive, result.Outcome));
    }

    private Task<ConformanceReport> JudgeAsync(Uri endpoint, Func<CancellationToken, Task>? restart, ImmutableArray<Clause> clauses, TimeSpan patience) =>
        CloudRuns.OfAsync(endpoint, _issuer, restart, clauses, patience);
}
