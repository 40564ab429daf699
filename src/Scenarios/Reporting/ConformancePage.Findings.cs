using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What was found, and what to do about it.</summary>
internal static partial class ConformancePage
{
    private static void WriteSettings(HtmlText page, ConformanceReport report, KnownStore? known)
    {
        page.Add($"<section id=\"settings\"><h2>Recommended settings</h2>\n");
        if (report.Verdict.Kind == VerdictKind.Unsafe)
            page.Add($"<p>No settings make this store safe. What failed is below, each with what to do.</p>\n");
        else if (report is { IsOfCloud: true, Interrupted: false, Lost: null } && report.Verdict.Settings.IsEmpty)
            page.Add($"<p>None is needed: clients of the cloud protocol have none.</p>\n");
        if (report.Verdict.Settings.Length > 0)
        {
            page.Add($"<p>It is safe if:</p>\n<ul class=\"conditions\">\n");
            foreach (string setting in report.Verdict.Settings)
                page.Add($"<li>{setting}</li>\n");
            page.Add($"</ul>\n");
        }

        RecommendedSetting[] settings = [.. RecommendedSettings.Of(report)];
        if (settings.Length > 0)
        {
            OpenTable(page, "Recommended settings", "settings", "Setting", "Value", "Because");
            foreach (RecommendedSetting setting in settings)
                page.Add($"<tr><th scope=\"row\">{setting.Name}</th><td><code>{setting.Value}</code></td><td>{setting.Why}</td></tr>\n");
            CloseTable(page);
        }

        if (known is not null)
            page.Add($"<p>Client settings that are proposed for <a href=\"#known\">{known.Provider.Name}</a> stand further below.</p>\n");
        page.Add($"</section>\n");
    }

    private static void WriteFailures(HtmlText page, ConformanceReport report)
    {
        ClauseResult[] failed = [.. Failed(report)];
        if (failed.Length == 0)
            return;
        page.Add($"<section id=\"failed\"><h2>What failed</h2>\n");
        foreach (ClauseResult result in failed)
        {
            string weight = report.Verdict.Breaking.Contains(result.Clause.Id) ? "breaking" : "";
            page.Add($"<article class=\"failure {weight}\"><h3><a href=\"#explain-{result.Clause.Id}\">{result.Clause.Id}</a> ");
            page.Add($"<span class=\"level\">{ClauseNames.Of(result.Clause.Level)}</span> {result.Clause.Requirement}</h3>\n<dl><dt>Seen</dt><dd>{result.Evidence}</dd>\n<dt>What to do</dt><dd>{result.Clause.WhenItFails}</dd>\n");
            if (result.Clause.Source.Length > 0)
                page.Add($"<dt>Known elsewhere</dt><dd>{result.Clause.Source}</dd>\n");
            page.Add($"<dt>Run it again</dt><dd class=\"replay\"><code tabindex=\"0\">{result.Replay}</code>");
            page.Add($"<button type=\"button\" class=\"copy\" hidden>Copy</button></dd></dl></article>\n");
        }

        page.Add($"</section>\n");
    }

    private static void WriteQuirks(HtmlText page, ConformanceReport report)
    {
        page.Add($"<section id=\"quirks\"><h2>Quirks</h2>\n");
        if (report.Quirks.Count == 0)
            page.Add($"<p>None was met.</p>\n");
        else
        {
            page.Add($"<p>Oddities that break nothing, and are good to know.</p>\n<ul class=\"quirks\">\n");
            foreach (Quirk quirk in report.Quirks)
            {
                if (report.Results.Any(r => r.Clause.Id == quirk.ClauseId))
                    page.Add($"<li><a class=\"id\" href=\"#explain-{quirk.ClauseId}\">{quirk.ClauseId}</a> {quirk.Text}</li>\n");
                else
                    page.Add($"<li><span class=\"id\">{quirk.ClauseId}</span> {quirk.Text}</li>\n");
            }

            page.Add($"</ul>\n");
        }

        page.Add($"</section>\n");
    }

    private static void WriteLimits(HtmlText page, ConformanceReport report)
    {
        page.Add($"<section id=\"limits\"><h2>Limits and traits</h2>\n<div class=\"columns\">\n<div><h3>Limits found</h3>\n");
        if (report.Limits.Count == 0)
            page.Add($"<p>None was looked for.</p>\n");
        else
        {
            OpenTable(page, "Limits found", "", "Limit", "#Value");
            foreach ((string name, long value) in report.Limits)
                page.Add($"<tr><th scope=\"row\">{Spaced(name)}</th><td class=\"n\">{value:N0}</td></tr>\n");
            CloseTable(page);
        }

        DataTraits traits = report.Traits;
        page.Add($"</div>\n<div><h3>Traits</h3>\n");
        OpenTable(page, "Traits", "", "What the store offers", "Answer");
        foreach ((string name, string value) in new[]
        {
            ("Create if absent", Condition(traits.ConditionalCreate, traits.Ignored.HasFlag(IgnoredConditions.Create))),
            ("Replace if the version matches", Condition(traits.ConditionalReplace, traits.Ignored.HasFlag(IgnoredConditions.Replace))),
            ("Delete if the version matches", Condition(traits.ConditionalDelete, traits.Ignored.HasFlag(IgnoredConditions.Delete))),
            ("Listings ordered by key", traits.OrderedListing ? "yes" : "no"),
            ("Strongly consistent", traits.StronglyConsistent ? "yes" : "no"),
            ("Largest object", Length(traits.MaxObjectLength)),
            ("Longest key", Length(traits.MaxKeyLength)),
        })
            page.Add($"<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n");
        CloseTable(page);
        page.Add($"</div>\n</div></section>\n");
    }

    private static string Condition(bool offered, bool ignored) => ignored ? "taken and ignored" : offered ? "yes" : "no";

    private static string Length(long bytes) => bytes >= long.MaxValue / 2 ? "no limit is told" : string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes");

    // keySegmentBytes reads as "key segment bytes".
    private static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i == 0 ? "" : " ")}{char.ToLowerInvariant(c)}" : c.ToString()));
}
