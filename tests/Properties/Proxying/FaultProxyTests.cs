using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Conformance;
using FireproofBench.Properties.Gateways;
using FireproofBench.Properties.Gateways.S3;
using FireproofBench.Scenarios.Proxying;
using Xunit;

namespace FireproofBench.Properties.Proxying;

/// <summary>A proxy with faults before a real store: the project's own gateway meets them on the wire, and the clauses find those that no gateway can make good.</summary>
public sealed class FaultProxyTests
{
    private static readonly Uri s_free = new("http://127.0.0.1:0");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_faults_every_request_and_every_signature_is_as_it_was()
    {
        S3Server ceph = await S3Server.RequireAsync("ceph");
        await using FaultProxy proxy = FaultProxy.Create(ceph.Endpoint, s_free, []);
        await using S3DataGateway store = await OpenAsync(ceph, proxy);
        ConformanceReport report = await Runs.OfAsync(store, ["OBJ-01", "OBJ-02", "OBJ-04", "NAM-01", "NAM-04", "LST-01", "INT-01"], Token);
        Assert.All(report.Results, static result => Assert.True(result.Outcome == ClauseOutcome.Passed, result.Evidence));
    }

    [Theory]
    [InlineData("V01", "CON-03")]
    [InlineData("V02", "CON-02")]
    [InlineData("V05", "CON-04")]
    [InlineData("V07", "OBJ-06")]
    [InlineData("V14", "CON-03")]
    [InlineData("A04", "CCY-01")]
    [InlineData("L08", "LST-05")]
    [InlineData("B09", "OBJ-02")]
    public async Task A_fault_on_the_wire_fails_a_clause_of_its_class(string fault, string clause)
    {
        S3Server ceph = await S3Server.RequireAsync("ceph");
        await using FaultProxy proxy = FaultProxy.Create(ceph.Endpoint, s_free, [Make(fault, null)]);
        await using S3DataGateway store = await OpenAsync(ceph, proxy);
        ClauseResult result = Assert.Single((await Runs.OfAsync(store, [clause], Token)).Results);
        Assert.True(result.Outcome == ClauseOutcome.Failed, $"{result.Outcome}: {result.Evidence}");
    }

    // Lost answers are settled by reading back, a short body is asked for again, and a page is continued from the last key that was told.
    [Theory]
    [InlineData("C07", "CAS-04", null)]
    [InlineData("C10", "CAS-02", null)]
    [InlineData("L01", "LST-01", null)]
    [InlineData("B01", "INT-01", 0.05)]
    [InlineData("E10", "OBJ-01", null)]
    public async Task What_the_gateway_makes_good_is_no_finding(string fault, string clause, double? rate)
    {
        S3Server ceph = await S3Server.RequireAsync("ceph");
        await using FaultProxy proxy = FaultProxy.Create(ceph.Endpoint, s_free, [Make(fault, rate)]);
        await using S3DataGateway store = await OpenAsync(ceph, proxy);
        ClauseResult result = Assert.Single((await Runs.OfAsync(store, [clause], Token)).Results);
        Assert.True(result.Outcome == ClauseOutcome.Passed, $"{result.Outcome}: {result.Evidence}");
    }

    [Fact]
    public async Task A_portal_in_between_is_told_as_such_and_never_as_an_empty_store()
    {
        S3Server ceph = await S3Server.RequireAsync("ceph");
        await using FaultProxy proxy = FaultProxy.Create(ceph.Endpoint, s_free, [Make("E03", 1)]);
        Uri address = await proxy.StartAsync(Token);
        await using S3DataGateway store = new(ceph.Options(S3Server.FreshPrefix()) with { Endpoint = address }, TestOptions.Of());
        StorageException told = await Assert.ThrowsAsync<StorageException>(() => store.ProbeAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Permanent, told.Kind);
        Assert.Contains("not as an S3 store", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_fault_has_an_id_of_the_simulated_ones_and_clauses_of_the_book()
    {
        Assert.Equal(ProxyFaults.All.Length, ProxyFaults.All.Select(static fault => fault.Id).Distinct().Count());
        Assert.All(ProxyFaults.All, static fault => Assert.Contains(FaultCatalogue.Faults, known => known.Id == fault.Id));
        Assert.All(ProxyFaults.All, static fault => Assert.All(fault.Killers, static id => Assert.Contains(ClauseBook.All, clause => clause.Id == id)));
    }

    private static WireFault Make(string id, double? rate)
    {
        ProxyFault fault = ProxyFaults.All.Single(known => known.Id == id);
        return fault.Make(new FaultSetting(rate ?? fault.Rate, fault.Lag, TimeProvider.System, 1));
    }

    private static async Task<S3DataGateway> OpenAsync(S3Server server, FaultProxy proxy)
    {
        Uri address = await proxy.StartAsync(Token);
        S3DataGateway store = new(server.Options(S3Server.FreshPrefix()) with { Endpoint = address }, TestOptions.Of());
        await store.ProbeAsync(Token);
        return store;
    }
}
