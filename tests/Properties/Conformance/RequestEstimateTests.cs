using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class RequestEstimateTests
{
    [Fact]
    public async Task The_estimate_is_of_the_order_of_what_a_run_makes()
    {
        await using StoreUnderTest store = await StoreUrls.OpenAsync("memory:", TestContext.Current.CancellationToken);
        ConformanceReport report = await Runs.OfAsync(store, ClauseBook.Select(ConnectorProfile.Data, []), TestContext.Current.CancellationToken);
        long estimate = RequestEstimate.Of(report).Total;
        Assert.True(report.Requests.Total < 10 * estimate && estimate < 10 * report.Requests.Total, $"estimated {estimate}, made {report.Requests.Total}");
    }

    [Fact]
    public void More_clauses_a_larger_budget_and_a_faster_store_mean_more_requests()
    {
        long Total(string only, Budget budget, double rate) => RequestEstimate.Of(ClauseBook.Select(ConnectorProfile.All, [only]), new BudgetPlan(budget, rate)).Total;
        Assert.True(Total("LST-01", Budget.Quick, 1000) < Total("LST", Budget.Quick, 1000));
        Assert.True(Total("LST", Budget.Quick, 100) < Total("LST", Budget.Quick, 3000));
        Assert.True(Total("LST", Budget.Quick, 3000) < Total("LST", Budget.Standard, 3000));
        Assert.True(Total("LST", Budget.Standard, 3000) < Total("LST", Budget.Thorough, 3000));
    }

    [Fact]
    public void The_cost_is_told_where_the_prices_are_known()
    {
        RequestEstimate estimate = new(100_000, 200_000, 10_000, 50_000, 20_000);
        Assert.Equal(
            "Estimate: about 380,000 requests, which cost about 0.68 USD at the prices of Amazon S3 (general purpose buckets) (2026-05), storage and traffic not counted.",
            RequestCost.Line(estimate, ProviderBook.Find("aws-s3")));
        Assert.Contains("less than 0.01 USD", RequestCost.Line(new RequestEstimate(10, 10, 0, 0, 0), ProviderBook.Find("aws-s3")), StringComparison.Ordinal);
        Assert.Contains("cost nothing", RequestCost.Line(estimate, ProviderBook.Find("wasabi")), StringComparison.Ordinal);
        Assert.EndsWith("; no price known.", RequestCost.Line(estimate, ProviderBook.Find("ceph-rgw")), StringComparison.Ordinal);
        Assert.EndsWith("; no price known.", RequestCost.Line(estimate, null), StringComparison.Ordinal);
    }
}
