using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Proxying;

namespace FireproofBench.Power;

/// <summary>Runs the suite on a real S3 server behind a proxy that has one fault.</summary>
internal static class WireTrials
{
    /// <summary>Runs the clauses that name its class for each fault, one after the other.</summary>
    /// <param name="store">The server.</param>
    /// <param name="region">Its region.</param>
    /// <param name="only">The ids of the faults; empty for all.</param>
    public static async Task<Trial[]> RunAsync(Uri store, string region, string[] only)
    {
        List<Trial> trials = [];
        foreach (ProxyFault fault in ProxyFaults.All.Where(fault => only.Length == 0 || only.Contains(fault.Id)))
        {
            trials.Add(await RunAsync(store, region, fault));
            Console.Error.WriteLine($"{fault.Id}: {trials[^1].Verdict} {string.Join(' ', trials[^1].Failed.Select(static failed => $"{failed.Key}: {failed.Value}"))}");
        }

        return [.. trials];
    }

    private static async Task<Trial> RunAsync(Uri store, string region, ProxyFault fault)
    {
        await using FaultProxy proxy = FaultProxy.Create(store, new Uri("http://127.0.0.1:0"), [fault.Make(new FaultSetting(fault.Rate, fault.Lag, TimeProvider.System, 7))]);
        Uri address = await proxy.StartAsync(CancellationToken.None);
        string name = $"proxy:{fault.Id}";
        try
        {
            await using StoreUnderTest target = await StoreUrls.OpenAsync(
                $"s3://conformance/wire-{fault.Id}?endpoint={address.GetLeftPart(UriPartial.Authority)}&region={region}&pathStyle=true&create=true", CancellationToken.None);
            ConformanceRequest request = new() { Clauses = ClauseBook.Select(ConnectorProfile.All, fault.Killers), Seed = 7, Budget = Budget.Quick };
            ConformanceReport report = await ConformanceRunner.JudgeAsync(target, request, SilentObserver.Instance, CancellationToken.None);
            ImmutableDictionary<string, string> failed = report.Results.Where(static result => result.Outcome == ClauseOutcome.Failed).ToImmutableDictionary(static result => result.Clause.Id, static result => result.Evidence);
            return new Trial(name, Budget.Quick.ToString(), 7, failed, report.Verdict.Kind.ToString(), report.Leftovers.Length, report.Requests.Total, report.Elapsed.TotalSeconds);
        }
        catch (Exception failure) when (failure is StoreUnusableException or StorageException or UsageException)
        {
            return new Trial(name, Budget.Quick.ToString(), 7, ImmutableDictionary<string, string>.Empty.Add("unusable", failure.Message), "Unusable", 0, 0, 0);
        }
    }
}
