using System.Security.Cryptography;
using System.Text;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>The style and the scripts of the pages, as they are in this assembly.</summary>
internal static class ReportAssets
{
    /// <summary>The style of all pages.</summary>
    public static string Style { get; } = Read("report.css");

    /// <summary>The script of all pages: the filter, the copying of commands, the links into closed parts.</summary>
    public static string Script { get; } = Read("report.js");

    /// <summary>The script that draws the charts of a page.</summary>
    public static string ChartScript { get; } = Read("charts.js");

    /// <summary>The chart library.</summary>
    public static string Charts { get; } = Read("uPlot.iife.min.js");

    /// <summary>The chart library's style.</summary>
    public static string ChartStyle { get; } = Read("uPlot.min.css");

    /// <summary>The chart library's licence.</summary>
    public static string ChartLicence { get; } = Read("uPlot.LICENSE");

    /// <summary>How a content security policy names an inline style or script.</summary>
    public static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string name)
    {
        using StreamReader reader = new(typeof(ReportAssets).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
