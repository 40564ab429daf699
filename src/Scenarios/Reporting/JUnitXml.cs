using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Writes results as JUnit XML, which the pages of build servers show.</summary>
internal static class JUnitXml
{
    /// <summary>Writes a conformance report in UTF-8: one suite a group, one test case a clause, unsupported and inconclusive ones as skipped.</summary>
    public static void Write(ConformanceReport report, Stream output) => Write(
        "fireproofbench conform",
        [.. report.Results.GroupBy(static result => result.Clause.Group).Select(group => new JUnitSuite(group.Key, report.StartedAt, [.. group.Select(result => Of(report, result))]))],
        report.Elapsed,
        output);

    /// <summary>Writes a document in UTF-8.</summary>
    /// <param name="name">What was run.</param>
    /// <param name="suites">Its suites.</param>
    /// <param name="elapsed">How long all took.</param>
    /// <param name="output">Takes it.</param>
    public static void Write(string name, ImmutableArray<JUnitSuite> suites, TimeSpan elapsed, Stream output)
    {
        using XmlWriter xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", name);
        WriteCounts(xml, [.. suites.SelectMany(static suite => suite.Cases)], elapsed);
        foreach (JUnitSuite suite in suites)
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean(suite.Name));
            WriteCounts(xml, suite.Cases, TimeSpan.FromTicks(suite.Cases.Sum(static one => one.Elapsed.Ticks)));
            xml.WriteAttributeString("timestamp", suite.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (JUnitCase one in suite.Cases)
                WriteCase(xml, one);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static JUnitCase Of(ConformanceReport report, ClauseResult result)
    {
        JUnitOutcome outcome = result.Outcome switch
        {
            ClauseOutcome.Failed => JUnitOutcome.Failed,
            ClauseOutcome.Unsupported or ClauseOutcome.Inconclusive => JUnitOutcome.Skipped,
            _ => JUnitOutcome.Passed,
        };
        return new JUnitCase(
            $"conform.{result.Clause.Group}",
            $"{result.Clause.Id} [{ClauseNames.Of(result.Clause.Level)}] {result.Clause.Requirement}",
            result.Elapsed,
            outcome,
            outcome == JUnitOutcome.Skipped ? $"{ClauseNames.Of(result.Outcome)}: {result.Evidence}" : result.Evidence)
        {
            Kind = ClauseNames.Of(result.Clause.Level),
            Advice = $"{result.Clause.WhenItFails}\nStore: {report.Url}\nReplay: {result.Replay}",
        };
    }

    private static void WriteCase(XmlWriter xml, JUnitCase one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(one.ClassName));
        xml.WriteAttributeString("name", Clean(one.Name));
        xml.WriteAttributeString("time", Seconds(one.Elapsed));
        switch (one.Outcome)
        {
            case JUnitOutcome.Failed:
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("type", Clean(one.Kind));
                xml.WriteAttributeString("message", Clean(one.Message));
                xml.WriteString(Clean(one.Advice));
                xml.WriteEndElement();
                break;
            case JUnitOutcome.Skipped:
                xml.WriteStartElement("skipped");
                xml.WriteAttributeString("message", Clean(one.Message));
                xml.WriteEndElement();
                break;
            default:
                xml.WriteElementString("system-out", Clean(one.Message));
                break;
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, ImmutableArray<JUnitCase> cases, TimeSpan elapsed)
    {
        xml.WriteAttributeString("tests", cases.Length.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", Count(JUnitOutcome.Failed));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", Count(JUnitOutcome.Skipped));
        xml.WriteAttributeString("time", Seconds(elapsed));

        string Count(JUnitOutcome outcome) => cases.Count(one => one.Outcome == outcome).ToString(CultureInfo.InvariantCulture);
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    // XML 1.0 has no way to write most control characters, not even escaped.
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));
}
