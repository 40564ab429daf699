using System.Collections.Immutable;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>Each clause of the cloud protocol finds the endpoints that break it.</summary>
public sealed class CloudFaultTests : IDisposable
{
    private readonly TokenSigner _signer = new("cloud");
    private readonly CloudIssuer _issuer;

    public CloudFaultTests() => _issuer = CloudIssuer.Read(_signer.PrivateJwk);

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
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_wrong_endpoint_is_found(string name)
    {
        CloudFault fault = CloudFaults.Make(_issuer).Single(fault => fault.Name == name);
        await using EndpointServer server = await EndpointServer.StartAsync(options => options.Cloud = new CloudOptions { Keys = KeySource.FromJson(_signer.Jwk) });
        await using CloudProxy proxy = await CloudProxy.StartAsync(server.Address, fault);
        Task Restart(CancellationToken cancellation)
        {
            fault.Restarted?.Invoke();
            return Task.CompletedTask;
        }

        ImmutableArray<Clause> killer = [.. ClauseBook.Cloud.Clauses.Where(clause => clause.Id == fault.Killer)];
        ConformanceReport report = await CloudRuns.OfAsync(proxy.Address, _issuer, fault.Restarted is null ? null : Restart, killer, TimeSpan.FromSeconds(2));
        ClauseResult result = Assert.Single(report.Results);
        Assert.True(result.Outcome == ClauseOutcome.Failed, $"{result.Outcome}: {result.Evidence}");
        Assert.Contains(fault.Evidence, result.Evidence, StringComparison.Ordinal);

        // So every JWT begins: none is in what reports show.
        Assert.DoesNotContain("eyJ", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_clause_has_a_fault_that_it_finds() =>
        Assert.Equal(ClauseBook.Cloud.Clauses.Select(static clause => clause.Id), CloudFaults.Make(_issuer).Select(static fault => fault.Killer).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_table_of_wrong_endpoints_is_that_of_the_tests()
    {
        string[] rows = [.. CloudFaults.Make(_issuer).Select(static fault => $"| {fault.Killer} | {fault.Name} |").Order(StringComparer.Ordinal)];
        string[] told = [.. File.ReadLines(SourceTree.At("results/conformance/power/cloud.md")).Where(static line => line.StartsWith("| FPC-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(rows, told);
    }
}
