using FireproofBench.Load.Results;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class RunKindNamesTests
{
    private static readonly RunKind s_kind = new("raw-put", "minio", "s3://bucket", "keep-constant 4 30000ms", /*lang=json,strict*/ "{\"size\":1024,\"items\":1000,\"shared\":false}") { Workers = 4, Steps = "put" };

    [Fact]
    public void What_all_kinds_have_in_common_is_in_no_name()
    {
        RunKind[] all = [s_kind, s_kind with { Scenario = "raw-get", Settings = /*lang=json,strict*/ "{\"size\":65536,\"items\":5,\"shared\":true}" }, s_kind with { Provider = "ceph", Url = "s3://other" }];
        RunKindNames names = new(all);
        Assert.All(all, kind => Assert.Equal((kind.Load, kind.Provider, kind.Url), (names.LoadOf(kind), names.StoreOf(kind), names.AddressOf(kind))));
        Assert.Equal(["raw-put on minio", "raw-get on minio", "raw-put on ceph"], all.Select(names.TitleOf));
    }

    [Fact]
    public void Kinds_of_one_load_are_told_apart_by_the_settings_in_which_they_differ()
    {
        RunKind[] all =
        [
            s_kind,
            s_kind with { Settings = /*lang=json,strict*/ "{\"size\":65536,\"items\":1000,\"shared\":false}" },
            s_kind with { Settings = /*lang=json,strict*/ "{\"size\":1048576,\"items\":1000,\"shared\":true}" },
            s_kind with { Settings = /*lang=json,strict*/ "{\"size\":1048577,\"items\":1000,\"shared\":false}" },
        ];
        RunKindNames names = new(all);
        Assert.Equal(["size 1 KiB, not shared", "size 64 KiB, not shared", "size 1 MiB, shared", "size 1048577 B, not shared"], all.Select(kind => names.LoadOf(kind)["keep-constant 4 30000ms, ".Length..]));
        Assert.Equal("raw-put on minio, keep-constant 4 30000ms, size 1 KiB, not shared", names.TitleOf(s_kind));
    }

    [Fact]
    public void A_store_that_was_given_other_contents_than_another_shows_it()
    {
        RunKind other = s_kind with { Provider = "ceph", Url = "s3://other", Settings = /*lang=json,strict*/ "{\"size\":4096,\"items\":1000,\"shared\":false}" };
        RunKindNames names = new([s_kind, other]);
        Assert.Equal(("keep-constant 4 30000ms, size 1 KiB", "keep-constant 4 30000ms, size 4 KiB"), (names.LoadOf(s_kind), names.LoadOf(other)));
        Assert.Equal(("raw-put on minio", "raw-put on ceph"), (names.TitleOf(s_kind), names.TitleOf(other)));
    }

    [Fact]
    public void A_feed_is_told_by_its_name_and_by_more_only_where_two_feeds_differ_in_it()
    {
        RunKind rows = Fed("a", "in-order");
        RunKindNames names = new([s_kind, rows]);
        Assert.Equal((s_kind.Load, s_kind.Load + ", feed rows.csv"), (names.LoadOf(s_kind), names.LoadOf(rows)));
        names = new([s_kind, rows, Fed("a", "shuffled")]);
        Assert.Equal(s_kind.Load + ", feed rows.csv, feed order in-order", names.LoadOf(rows));
        names = new([rows, Fed("b", "in-order")]);
        Assert.Equal(s_kind.Load + ", feed sha256 a", names.LoadOf(rows));
    }

    [Fact]
    public void No_two_kinds_are_named_alike_whatever_they_differ_in()
    {
        RunKind[] all =
        [
            s_kind,
            s_kind with { Url = "s3://other" },
            s_kind with { Provider = "ceph" },
            s_kind with { Plan = "keep-constant 8 30000ms" },
            s_kind with { Workers = 5 },
            s_kind with { Steps = "put, read" },
            s_kind with { WarmUp = TimeSpan.FromSeconds(2) },
            s_kind with { Arrivals = "poisson" },
            s_kind with { Settings = /*lang=json,strict*/ "{\"items\":1000,\"size\":1024,\"shared\":false}" },
            s_kind with { Settings = /*lang=json,strict*/ "{\"size\":1024}" },
            s_kind with { Settings = "{}" },
            s_kind with { Settings = "null" },
            Fed("a", "in-order"),
            Fed("b", "in-order"),
        ];
        RunKindNames names = new([.. all, .. all]);
        Assert.Distinct(all.Select(kind => (kind.Scenario, names.StoreOf(kind), names.LoadOf(kind))));
        Assert.Distinct(all.Select(kind => (kind.Scenario, names.AddressOf(kind), names.LoadOf(kind))));
        Assert.Distinct(all.Select(names.TitleOf));

        // And each of two alone: there less is told.
        foreach (RunKind other in all.Skip(1))
        {
            names = new([s_kind, other]);
            Assert.NotEqual((names.StoreOf(s_kind), names.LoadOf(s_kind)), (names.StoreOf(other), names.LoadOf(other)));
            Assert.NotEqual((names.AddressOf(s_kind), names.LoadOf(s_kind)), (names.AddressOf(other), names.LoadOf(other)));
            Assert.NotEqual(names.TitleOf(s_kind), names.TitleOf(other));
        }
    }

    private static RunKind Fed(string digest, string order) =>
        s_kind with { Settings = $$$"""{"size":1024,"items":1000,"shared":false,"feed":{"name":"rows.csv","sha256":"{{{digest}}}","order":"{{{order}}}","rows":3}}""" };
}
