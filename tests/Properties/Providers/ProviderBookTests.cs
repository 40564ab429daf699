using FireproofBench.Engine.Ports;
using FireproofBench.Scenarios.Providers;
using Xunit;

namespace FireproofBench.Properties.Providers;

public sealed class ProviderBookTests
{
    private static readonly Dictionary<string, string[]> s_topicsBehind = new()
    {
        ["conditionalCreate"] = ["conditional-create", "conditional-replace"],
        ["conditionalReplace"] = ["conditional-replace", "conditional-create"],
        ["conditionalDelete"] = ["conditional-delete"],
        ["consistency"] = ["consistency"],
        ["keyBytes"] = ["keys"],
        ["listPageKeys"] = ["listing", "sizes"],
        ["orderedListing"] = ["listing"],
        ["entityTagForm"] = ["etag", "conditional-replace"],
        ["versionReturns"] = ["etag", "conditional-replace"],
        ["sameKeyWritesPerSecond"] = ["same-key-rate"],
    };

    [Fact]
    public void Every_id_is_unique_and_no_fact_was_lost()
    {
        Assert.Equal(41, ProviderBook.All.Select(p => p.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(41, ProviderBook.All.Length);
        Assert.Equal(284, ProviderBook.All.Sum(p => p.Facts.Length));
    }

    [Fact]
    public void Every_fact_has_a_source()
    {
        foreach (KnownProvider provider in ProviderBook.All)
        {
            Assert.All(provider.Facts, fact => Assert.True(!string.IsNullOrWhiteSpace(fact.Source) && !string.IsNullOrWhiteSpace(fact.Value), $"{provider.Id} {fact.Topic}"));
            Assert.All(provider.Facts, fact => Assert.Contains(fact.Confidence, (string[])["documented", "reported", "measured"]));
            Assert.True(provider.Prices is null or { AsOf.Length: > 0, Source.Length: > 0 }, provider.Id);
        }
    }

    [Fact]
    public void What_a_run_is_compared_with_is_backed_by_a_fact()
    {
        foreach (KnownProvider provider in ProviderBook.All)
        {
            foreach (string name in ProviderSchema.File["providers"]!.AsArray().Single(p => (string)p!["id"]! == provider.Id)!["comparable"]!.AsObject().Select(m => m.Key))
                Assert.True(provider.FactOf(s_topicsBehind[name]) is not null, $"{provider.Id} says {name} without a fact");
        }
    }

    [Fact]
    public void Nothing_is_both_told_and_said_to_be_missing()
    {
        foreach (KnownProvider provider in ProviderBook.All)
            Assert.DoesNotContain(provider.NotFound, topic => topic != "prices" && provider.FactOf(topic) is not null);
    }

    [Theory]
    [InlineData("s3://b?endpoint=https://0123abcd.r2.cloudflarestorage.com&region=auto", "cloudflare-r2")]
    [InlineData("s3://b/p?endpoint=https://0123.eu.r2.cloudflarestorage.com", "cloudflare-r2")]
    [InlineData("s3://b?region=eu-west-1", "aws-s3")]
    [InlineData("s3://b?endpoint=https://s3.eu-west-1.amazonaws.com", "aws-s3")]
    [InlineData("s3://logs--use1-az4--x-s3?region=us-east-1", "aws-s3-express")]
    [InlineData("s3://b?endpoint=https://s3express-use1-az4.us-east-1.amazonaws.com", "aws-s3-express")]
    [InlineData("s3://b?endpoint=https://fra1.digitaloceanspaces.com", "digitalocean-spaces")]
    [InlineData("s3://b?endpoint=https://S3.FR-PAR.SCW.CLOUD", "scaleway")]
    [InlineData("s3://b?endpoint=http://127.0.0.1:9000", null)]
    [InlineData("s3://b?endpoint=https://r2.cloudflarestorage.com.example.org", null)]
    [InlineData("s3://b?endpoint=https://evilamazonaws.com", null)]
    [InlineData("dav+https://files.example.org/dav", null)]
    [InlineData("memory:", null)]
    public void A_provider_is_recognised_by_the_host_of_its_endpoint(string store, string? id) =>
        Assert.Equal(id, ProviderRecognition.Of(store, new DataTraits { Provider = "S3" })?.Provider.Id);

    [Fact]
    public void A_provider_is_recognised_by_what_the_store_tells()
    {
        Assert.Equal("minio", ProviderRecognition.Of("s3://b?endpoint=http://10.0.0.1", new DataTraits { Provider = "MinIO" })?.Provider.Id);
        Assert.Equal(
            "openstack-swift",
            ProviderRecognition.Of("s3://b?endpoint=http://10.0.0.1", new DataTraits { Provider = "S3", Quirks = ["The store is OpenStack Swift, whose listings may lag."] })?.Provider.Id);
    }

    [Theory]
    [InlineData("cloudflare-r3", "cloudflare-r2")]
    [InlineData("r2", "cloudflare-r2")]
    [InlineData("ceph", "ceph-rgw")]
    [InlineData("minoi", "minio")]
    [InlineData("hezner", "hetzner")]
    public void Ids_that_look_like_a_wrong_one_are_named(string wrong, string near) => Assert.Contains(near, ProviderBook.Near(wrong));

    [Fact]
    public void Nothing_is_near_to_a_word_of_its_own() => Assert.Empty(ProviderBook.Near("xyzzyplugh"));
}
