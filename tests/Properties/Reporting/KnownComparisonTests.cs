using FireproofBench.Engine.Ports;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Reporting;

public sealed class KnownComparisonTests
{
    [Theory]
    [InlineData("ceph-rgw", IgnoredConditions.None, true, "enforced", "not-atomic", false)]
    [InlineData("ceph-rgw", IgnoredConditions.Create, false, "enforced", "ignored", false)]
    [InlineData("backblaze-b2", IgnoredConditions.None, false, "refused", "refused", true)]
    [InlineData("gcs-s3-interop", IgnoredConditions.Create, false, "ignored", "ignored", true)]
    [InlineData("webdav-apache", IgnoredConditions.Create, false, "not-atomic", "ignored", true)]
    public void Conditions_are_compared_by_what_became_of_them(string id, IgnoredConditions ignored, bool offered, string known, string measured, bool agrees)
    {
        ConformanceReport report = Report(offered ? ClauseOutcome.Failed : ClauseOutcome.Unsupported) with { Traits = new DataTraits { Provider = "S3", ConditionalCreate = offered, Ignored = ignored } };
        KnownTopic topic = TopicOf(report, id, "conditional-create");
        Assert.Equal((known, measured, agrees), (topic.Known, topic.Measured, topic.Agrees));
        Assert.NotEmpty(topic.Fact.Source);
    }

    [Fact]
    public void A_clause_that_did_not_run_leaves_a_topic_open()
    {
        KnownTopic topic = TopicOf(Report(ClauseOutcome.Inconclusive), "ceph-rgw", "conditional-create");
        Assert.Equal((null, null), (topic.Measured, topic.Agrees));
    }

    [Fact]
    public void Staleness_contradicts_a_strong_store_and_its_absence_proves_nothing_of_an_eventual_one()
    {
        VisibilitySeries prompt = VisibilitySeries.Of(VisibilityEffect.Create, ObserverKind.SameClient, [TimeSpan.Zero], 0);
        ConformanceReport late = SampleReports.Of("s3://b", ClauseOutcome.Passed, SampleReports.Late(VisibilityEffect.Create, 50));
        ConformanceReport seen = SampleReports.Of("s3://b", ClauseOutcome.Passed, prompt);
        Assert.False(TopicOf(late, "cloudflare-r2", "consistency").Agrees);
        Assert.True(TopicOf(late, "openstack-swift", "consistency").Agrees);
        Assert.True(TopicOf(seen, "cloudflare-r2", "consistency").Agrees);
        Assert.Null(TopicOf(seen, "openstack-swift", "consistency").Agrees);
    }

    [Fact]
    public void The_prefix_of_the_address_takes_its_part_of_a_key()
    {
        ConformanceReport report = SampleReports.Of("s3://b/run") with
        {
            Limits = new Dictionary<string, long> { ["keyBytes"] = 1020 },
            Traits = new DataTraits { Provider = "S3", MaxKeyLength = 1020 },
        };
        Assert.True(TopicOf(report, "ceph-rgw", "keys").Agrees);
        Assert.False(TopicOf(report, "garage", "keys").Agrees);
    }

    [Fact]
    public void Every_comparable_trait_of_every_provider_becomes_a_topic()
    {
        ConformanceReport report = SampleReports.Of("s3://b");
        foreach (KnownProvider provider in ProviderBook.All)
        {
            int traits = typeof(KnownTraits).GetProperties().Count(p => p.Name != "EqualityContract" && p.GetValue(provider.Comparable) is not null);
            Assert.Equal(traits, KnownComparison.Of(report, provider).Count());
        }
    }

    private static ConformanceReport Report(ClauseOutcome outcome)
    {
        ConformanceReport report = SampleReports.Of("s3://b", ClauseOutcome.Passed);
        return report with { Results = [.. report.Results.Select(r => r.Clause.Id == "CAS-02" ? r with { Outcome = outcome } : r)] };
    }

    private static KnownTopic TopicOf(ConformanceReport report, string id, string topic) =>
        KnownComparison.Of(report, ProviderBook.Find(id)!).First(t => t.Topic == topic);
}
