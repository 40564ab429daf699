using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Where a run of <c>conform</c> writes its report, beside the text.</summary>
/// <param name="Json">A file, <c>-</c>, or null for none.</param>
/// <param name="JUnit">As <paramref name="Json"/>.</param>
/// <param name="History">A file, or null for none.</param>
/// <param name="Folder">A folder for the report in all its forms, or null for none.</param>
internal sealed record ConformOutputs(string? Json, string? JUnit, string? History, string? Folder)
{
    /// <summary>Writes everything that was asked for.</summary>
    public void Write(ConformanceReport report, KnownStore? known, Terminal terminal)
    {
        if (Json != ResultFile.StandardOutput && JUnit != ResultFile.StandardOutput)
            WriteForPeople(report, known, terminal);
        ResultFile.Write(Json, terminal.Out, stream => ConformanceJson.Write(report, stream, known));
        ResultFile.Write(JUnit, terminal.Out, stream => JUnitXml.Write(report, stream));
        ResultFile.Write(History, terminal.Out, stream => stream.Write(HistoryWriter.Write(report.History).Span));
        if (Folder is not null)
            WriteFolder(Folder, report, known, terminal);
    }

    /// <summary>Writes a report in all its forms into a folder.</summary>
    public static void WriteFolder(string folder, ConformanceReport report, KnownStore? known, Terminal terminal)
    {
        ResultFile.Write(Path.Combine(folder, "report.html"), terminal.Out, stream => stream.Write(ConformancePage.Of(report, known)));
        ResultFile.Write(Path.Combine(folder, "report.json"), terminal.Out, stream => ConformanceJson.Write(report, stream, known));
        ResultFile.Write(Path.Combine(folder, "junit.xml"), terminal.Out, stream => JUnitXml.Write(report, stream));
        ResultFile.Write(Path.Combine(folder, "badge.svg"), terminal.Out, stream => stream.Write(Badge.Of(VerdictText.Of(report))));
        if (report.History.Operations.Length > 0)
            ResultFile.Write(Path.Combine(folder, "history.jsonl"), terminal.Out, stream => stream.Write(HistoryWriter.Write(report.History).Span));
        terminal.Error.WriteLine($"The report is in {Path.Combine(folder, "report.html")}");
    }

    private static void WriteForPeople(ConformanceReport report, KnownStore? known, Terminal terminal)
    {
        if (terminal.Console is { } console)
            ConformanceTerminal.WriteTable(report, console, known);
        else
            ConformanceTerminal.WritePlain(report, terminal.Out, known);
    }
}
