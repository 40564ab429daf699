using System.Globalization;
using System.Text;
using System.Xml;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Writes a conformance report as JUnit XML: one suite a group, one test case a clause, unsupported and inconclusive ones as skipped.</summary>
internal static class JUnitXml
{
    /// <summary>Writes the document in UTF-8.</summary>
    public static void Write(ConformanceReport report, Stream output)
    {
        using XmlWriter xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", "fireproofbench conform");
        WriteCounts(xml, report.Results, report.Elapsed);
        foreach (IGrouping<string, ClauseResult> group in report.Results.GroupBy(r => r.Clause.Group))
        {
            ClauseResult[] results = [.. group];
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", group.Key);
            WriteCounts(xml, results, TimeSpan.FromTicks(results.Sum(r => r.Elapsed.Ticks)));
            xml.WriteAttributeString("timestamp", report.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (ClauseResult result in results)
                WriteCase(xml, report, result);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, ConformanceReport report, ClauseResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", $"conform.{result.Clause.Group}");
        xml.WriteAttributeString("name", Clean($"{result.Clause.Id} [{ClauseNames.Of(result.Clause.Level)}] {result.Clause.Requirement}"));
        xml.WriteAttributeString("time", Seconds(result.Elapsed));
        switch (result.Outcome)
        {
            case ClauseOutcome.Failed:
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("type", ClauseNames.Of(result.Clause.Level));
                xml.WriteAttributeString("message", Clean(result.Evidence));
                xml.WriteString(Clean($"{result.Clause.WhenItFails}\nStore: {report.Url}\nReplay: {result.Replay}"));
                xml.WriteEndElement();
                break;
            case ClauseOutcome.Unsupported or ClauseOutcome.Inconclusive:
                xml.WriteStartElement("skipped");
                xml.WriteAttributeString("message", Clean($"{ClauseNames.Of(result.Outcome)}: {result.Evidence}"));
                xml.WriteEndElement();
                break;
            default:
                xml.WriteElementString("system-out", Clean(result.Evidence));
                break;
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyCollection<ClauseResult> results, TimeSpan elapsed)
    {
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", results.Count(r => r.Outcome == ClauseOutcome.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString(
            "skipped", results.Count(r => r.Outcome is ClauseOutcome.Unsupported or ClauseOutcome.Inconclusive).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("time", Seconds(elapsed));
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // XML 1.0 has no way to write most control characters, not even escaped.
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));
}
