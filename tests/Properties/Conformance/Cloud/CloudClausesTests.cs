using System.Collections.Immutable;
using FireproofBench.Conformance;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Conformance.Stores;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>The clauses of the cloud protocol: a sound endpoint keeps all of them, and each finds an endpoint that breaks it.</summary>
public sealed class CloudClausesTests : IDisposable
{
    private readonly TokenSigner _signer = new("cloud");
    private readonly CloudIssuer _issuer;
    private readonly TemporaryFolder _folder = new();

    public CloudClausesTests() => _issuer = CloudIssuer.Read(_signer.PrivateJwk);

    public static TheoryData<string> Faults
    {
        get
        {
            using CloudIssuer nobody = CloudIssuer.Unknown();
            return [.. CloudFaults.Make(nobody).Select(static fault => fault.Name)];
        }
    }

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
        Assert.Equal(offersSocket ? 32 : 4, report.Results.Count(static result => result.Outcome == ClauseOutcome.Passed));
        Assert.Equal(VerdictKind.Safe, report.Verdict.Kind);
        Assert.NotEmpty(report.Leftovers);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_wrong_endpoint_is_found(string name)
    {
        CloudFault fault = CloudFaults.Make(_issuer).Single(fault => fault.Name == name);
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        await using CloudProxy proxy = await CloudProxy.StartAsync(server.Address, fault);
        Func<CancellationToken, Task>? restart = fault.Restarted is { } restarted ? _ =>
        {
            restarted();
            return Task.CompletedTask;
        } : null;
        ImmutableArray<Clause> killer = [.. ClauseBook.Cloud.Clauses.Where(clause => clause.Id == fault.Killer)];
        ConformanceReport report = await JudgeAsync(proxy.Address, restart, killer, TimeSpan.FromSeconds(3));
        ClauseResult result = Assert.Single(report.Results);
        Assert.True(result.Outcome == ClauseOutcome.Failed, $"{result.Outcome}: {result.Evidence}");
        Assert.Contains(fault.Evidence, result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_clause_has_a_fault_that_it_finds() =>
        Assert.Equal(ClauseBook.Cloud.Clauses.Select(static clause => clause.Id), CloudFaults.Make(_issuer).Select(static fault => fault.Killer).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task An_endpoint_that_trusts_another_key_is_not_judged()
    {
        using CloudIssuer stranger = CloudIssuer.Unknown();
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        CloudSubject subject = new() { Url = "here", Messages = new Uri(server.Address, "/fp"), Issuer = stranger };
        StoreUnusableException refused = await Assert.ThrowsAsync<StoreUnusableException>(() => new CloudRunner(subject, Request(ClauseBook.Cloud.Clauses), new UnwatchedRun(), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken));
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

    private static ConformanceRequest Request(ImmutableArray<Clause> clauses) => new() { Clauses = clauses, Profile = ConnectorProfile.Cloud, Budget = Budget.Quick, Seed = 7 };

    private Task<ConformanceReport> JudgeAsync(Uri endpoint, Func<CancellationToken, Task>? restart, ImmutableArray<Clause> clauses, TimeSpan patience)
    {
        CloudSubject subject = new() { Url = $"fpcloud+{endpoint}", Messages = new Uri(endpoint, "/fp"), Issuer = _issuer, Restart = restart, AnswerWithin = patience, MeetWithin = patience * 3 };
        return new CloudRunner(subject, Request(clauses), new UnwatchedRun(), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
    }
}
