using System.Collections.Immutable;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What a run measured, set beside what is publicly known of the provider.</summary>
/// <param name="Recognised">The provider, and what told it.</param>
/// <param name="Topics">The topics that can be compared.</param>
internal sealed record KnownStore(RecognisedProvider Recognised, ImmutableArray<KnownTopic> Topics)
{
    /// <summary>The provider.</summary>
    public KnownProvider Provider => Recognised.Provider;

    /// <summary>Where the two differ.</summary>
    public IEnumerable<KnownTopic> Differences => Topics.Where(t => t.Agrees == false);

    /// <summary>Compares; null when the provider is not known.</summary>
    public static KnownStore? Of(ConformanceReport report, RecognisedProvider? recognised) =>
        recognised is null ? null : new KnownStore(recognised, [.. KnownComparison.Of(report, recognised.Provider)]);
}
