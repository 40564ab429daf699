using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What is publicly known, as text for people.</summary>
internal static class KnownText
{
    /// <summary>A few lines for the end of a report; none for a store of which nothing is known.</summary>
    public static IEnumerable<string> Lines(KnownStore? known)
    {
        if (known is null)
            yield break;
        KnownTopic[] compared = [.. known.Topics.Where(t => t.Agrees is not null)];
        KnownTopic[] differences = [.. known.Differences];
        yield return $"Known as {known.Provider.Id} (by {known.Recognised.By}), expected to be {known.Provider.Expected}: "
            + (compared.Length == 0 ? "no topic could be compared." : differences.Length == 0 ? $"on {compared.Length} topics the run agrees with what is known."
                : $"on {differences.Length} of {compared.Length} topics the run differs:");
        foreach (KnownTopic topic in differences)
            yield return $"  {topic.Title}: known {topic.Known} ({topic.Fact.Source}), measured {topic.Measured}";
        string settings = string.Join(", ", RecommendedSettings.OfClient(known).Select(s => $"{s.Name}={s.Value}"));
        if (settings.Length > 0)
            yield return $"Proposed client settings: {settings}.";
    }

    /// <summary>One line a provider: id, expected verdict, how to keep heads, and name.</summary>
    public static void WriteList(TextWriter output)
    {
        int width = ProviderBook.All.Max(p => p.Id.Length);
        foreach (KnownProvider provider in ProviderBook.All)
            output.WriteLine($"{provider.Id.PadRight(width)}  {provider.Expected,-9}  {provider.Recommended.Metadata,-11}  {provider.Name}");
        output.WriteLine();
        output.WriteLine($"{ProviderBook.All.Length} providers, {ProviderBook.All.Sum(p => p.Facts.Length)} facts, looked up on {ProviderBook.Gathered}.");
        output.WriteLine("The second column is the verdict that the facts let expect; only a run on your own store gives one.");
    }

    /// <summary>Everything about one provider.</summary>
    public static void WriteProvider(KnownProvider provider, TextWriter output)
    {
        output.WriteLine($"{provider.Id}  {provider.Name}");
        output.WriteLine($"Kind: {provider.Kind}. Expected: {provider.Expected}. {provider.Because}");
        output.WriteLine($"Heads: {provider.Recommended.Metadata}.");
        foreach ((string name, System.Text.Json.JsonElement value) in provider.Recommended.Settings)
            output.WriteLine($"Setting: {name} = {value}");
        if (provider.Recognise.Hosts.Length > 0)
            output.WriteLine($"Recognised by host: {string.Join(", ", provider.Recognise.Hosts)}");
        output.WriteLine(PricesOf(provider));
        foreach (IGrouping<string, KnownFact> topic in provider.Facts.GroupBy(f => f.Topic))
        {
            output.WriteLine();
            output.WriteLine(topic.Key);
            foreach (KnownFact fact in topic)
            {
                output.WriteLine($"  {fact.Value}{(fact.Note.Length > 0 ? $" ({fact.Note})" : "")}");
                output.WriteLine($"    {SourceOf(fact)}");
            }
        }

        output.WriteLine();
        output.WriteLine(provider.NotFound.Length == 0 ? "Nothing that was looked for is missing." : $"Nothing was found on: {string.Join(", ", provider.NotFound)}.");
    }

    /// <summary>How sure a fact is, of when, and where it stands.</summary>
    public static string SourceOf(KnownFact fact) => $"{fact.Confidence}, {fact.Date ?? "undated"}: {fact.Source}";

    /// <summary>The prices in one line.</summary>
    public static string PricesOf(KnownProvider provider)
    {
        if (provider.Prices is not { } prices)
            return "Prices: none known.";
        string[] known =
        [
            .. new (string Name, double? Value)[]
            {
                ("a million puts", prices.PutPerMillionUsd), ("a million gets", prices.GetPerMillionUsd), ("a million listings", prices.ListPerMillionUsd),
                ("a GB for a month", prices.StorageGbMonthUsd), ("a GB of egress", prices.EgressGbUsd),
            }.Where(p => p.Value is not null).Select(p => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{p.Name} {p.Value:0.####}")),
        ];
        return $"Prices in USD, as of {prices.AsOf}: {(known.Length == 0 ? "none known" : string.Join(", ", known))}{(prices.Note.Length > 0 ? $" ({prices.Note})" : "")}. {prices.Source}";
    }
}
