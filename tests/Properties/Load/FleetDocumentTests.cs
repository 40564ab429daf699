using FireproofBench.Engine.Documents;
using FireproofBench.Load.Feeds;
using FireproofBench.Load.Scenarios;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class FleetDocumentTests
{
    private static readonly FeedRow[] s_rows = [.. FeedFile.Rows(
        """
        {"title":"Straße \" \\ \u2028 \ud83d\ude00","price":1.50,"tags":["b","a"],"nested":{"zz":null,"a":{"b":-0.0}},"größe":1e3}
        {"title":"other"}
        """,
        FeedUse.Documents)];

    [Fact]
    public void A_document_has_the_fields_of_its_row_and_says_whose_it_is()
    {
        Document made = FleetDocument.Make(7, "doc", 3, 5, 2000, 9, s_rows[0]);
        (PayloadReading reading, string? fault) = FleetDocument.Read(made);
        Assert.Null(fault);
        Assert.Equal((3, 5, 9), (reading.Writer, reading.Version, FleetDocument.CountOf(made)));
        Assert.InRange(made.Body.Length, 1700, 2300);
        Assert.Contains("\"tags\":[\"b\",\"a\"]", made.ToJson(), StringComparison.Ordinal);
        Assert.Null(FleetDocument.Read(FleetDocument.Make(7, "doc", 3, 5, 10, row: s_rows[0])).Fault);
    }

    [Theory]
    [InlineData("\"price\":1.5", "\"price\":1.6", "fields that were not written with the rest of it")]
    [InlineData("\"price\":1.5,", "", "fields that were not written with the rest of it")]
    [InlineData("\"title\":", "\"titles\":", "fields that were not written with the rest of it")]
    [InlineData("\"_id\":\"doc\"", "\"_id\":\"cod\"", "the bytes of another key")]
    public void Fields_that_were_not_written_with_it_are_seen(string before, string after, string expected)
    {
        string json = FleetDocument.Make(7, "doc", 3, 5, 2000, null, s_rows[0]).ToJson();
        Assert.Contains(before, json, StringComparison.Ordinal);
        Assert.StartsWith(expected, FleetDocument.Read(Document.Parse(json.Replace(before, after, StringComparison.Ordinal))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_of_no_row_with_a_field_more_or_of_one_with_none_is_seen()
    {
        string plain = FleetDocument.Make(7, "doc", 3, 5, 200).ToJson();
        Assert.Equal("fields that were not written with the rest of it", FleetDocument.Read(Document.Parse("{\"x\":1," + plain[1..])).Fault);
        string fed = FleetDocument.Make(7, "doc", 3, 5, 200, null, s_rows[1]).ToJson();
        Assert.Equal("fields that were not written with the rest of it", FleetDocument.Read(Document.Parse(fed.Replace("\"title\":\"other\",", "", StringComparison.Ordinal).Replace(",\"title\":\"other\"", "", StringComparison.Ordinal))).Fault);
    }
}
