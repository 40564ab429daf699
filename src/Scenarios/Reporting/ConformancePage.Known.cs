using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What is publicly known of the provider, beside what was measured.</summary>
internal static partial class ConformancePage
{
    private static void WriteKnown(HtmlText page, KnownStore known)
    {
        KnownProvider provider = known.Provider;
        int differences = known.Differences.Count();
        page.Add($"<section id=\"known\"><h2>What is publicly known of {provider.Name}</h2>\n");
        page.Add($"<p>Recognised by {known.Recognised.By}.");
        page.Add($" Facts as of {ProviderBook.Gathered} let expect the verdict <strong>{VerdictText.Of(provider.Expected)}</strong>: {provider.Because}</p>\n");
        if (known.Topics.Length > 0)
        {
            page.Add($"<h3>Known and measured</h3>\n");
            if (differences > 0)
            {
                page.Add($"<p><strong>On {differences} of {known.Topics.Length} topics this run differs from what is known.</strong>");
                page.Add($" Providers change; the measurement is of this store, on this day.</p>\n");
            }

            page.Add($"<table class=\"beside\" role=\"table\">");
            WriteHeads(page, "Topic", "Known", "Measured", "Agree?", "The fact, and its source");
            page.Add($"<tbody role=\"rowgroup\">\n");
            foreach (KnownTopic topic in known.Topics)
            {
                string agrees = topic.Agrees switch { true => "yes", false => "differs", _ => "open" };
                page.Add($"<tr role=\"row\" class=\"agree-{agrees}\"><th scope=\"row\" role=\"rowheader\">{topic.Title}</th>");
                page.Add($"<td role=\"cell\" data-head=\"Known\">{topic.Known}</td><td role=\"cell\" data-head=\"Measured\">{topic.Measured ?? "not measured"}</td>");
                page.Add($"<td role=\"cell\" data-head=\"Agree?\" class=\"agree\">{agrees}</td>");
                page.Add($"<td role=\"cell\">{topic.Fact.Value} <span class=\"muted\">{KnownText.SourceOf(topic.Fact)}</span></td></tr>\n");
            }

            page.Add($"</tbody></table>\n");
        }

        page.Add($"<h3>Proposed client settings</h3>\n<dl class=\"facts\">\n");
        Fact(page, "metadata", provider.Recommended.Metadata);
        foreach ((string name, string value) in RecommendedSettings.OfClient(known))
            Fact(page, name, value);
        page.Add($"</dl>\n<p class=\"muted\">{KnownText.PricesOf(provider)}</p>\n");
        page.Add($"<details><summary>All {provider.Facts.Length} facts</summary>\n<ul class=\"known-facts\">\n");
        foreach (KnownFact fact in provider.Facts)
        {
            page.Add($"<li><span class=\"id\">{fact.Topic}</span> {fact.Value}");
            if (fact.Note.Length > 0)
                page.Add($" ({fact.Note})");
            page.Add($" <span class=\"muted\">{KnownText.SourceOf(fact)}</span></li>\n");
        }

        page.Add($"</ul></details>\n</section>\n");
    }
}
