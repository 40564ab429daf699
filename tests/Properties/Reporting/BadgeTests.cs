using System.Text;
using System.Xml.Linq;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Reporting;

public sealed class BadgeTests
{
    [Theory]
    [InlineData("safe", "#10693a")]
    [InlineData("safe with settings", "#855500")]
    [InlineData("unsafe", "#ab1f17")]
    [InlineData("no verdict", "#59626e")]
    public void A_badge_says_its_verdict_in_words_and_in_colour(string verdict, string colour)
    {
        byte[] badge = Badge.Of(verdict);
        XElement svg = XDocument.Parse(Encoding.UTF8.GetString(badge)).Root!;
        Assert.Equal($"FireproofBench: {verdict}", svg.Attribute("aria-label")!.Value);
        Assert.Equal(["FireproofBench", verdict], svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value));
        Assert.Contains(svg.Descendants(), e => e.Attribute("fill")?.Value == colour);
        Assert.InRange(badge.Length, 1, 2048);
        Assert.DoesNotContain("href", Encoding.UTF8.GetString(badge), StringComparison.Ordinal);
    }

    [Fact]
    public void A_badge_stays_a_picture_whatever_it_says()
    {
        XElement svg = XDocument.Parse(Encoding.UTF8.GetString(Badge.Of(SampleReports.Hostile))).Root!;
        Assert.Equal(["title", "clipPath", "rect", "g", "rect", "rect", "g", "text", "text"], svg.Descendants().Select(e => e.Name.LocalName));
    }
}
