using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Providers;

/// <summary>A provider and what is publicly known of it.</summary>
internal sealed record KnownProvider
{
    /// <summary>A short name of lower-case letters, digits and dashes.</summary>
    public required string Id { get; init; }

    /// <summary>The provider's own name.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of store, such as <c>s3-cloud</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is recognised by.</summary>
    public required KnownRecognition Recognise { get; init; }

    /// <summary>The verdict that the facts let expect: <c>safe</c>, <c>safe-with</c>, <c>unsafe</c> or <c>unknown</c>.</summary>
    public required string Expected { get; init; }

    /// <summary>Why.</summary>
    public required string Because { get; init; }

    /// <summary>The settings that the facts speak for.</summary>
    public required KnownRecommendation Recommended { get; init; }

    /// <summary>The facts that a run can be compared with.</summary>
    public required KnownTraits Comparable { get; init; }

    /// <summary>Prices; null where none were found.</summary>
    public KnownPrices? Prices { get; init; }

    /// <summary>The facts.</summary>
    public required ImmutableArray<KnownFact> Facts { get; init; }

    /// <summary>Topics that were looked for, and of which nothing was found.</summary>
    public required ImmutableArray<string> NotFound { get; init; }

    /// <summary>The first fact of a topic; null when there is none.</summary>
    public KnownFact? FactOf(params ReadOnlySpan<string> topics)
    {
        foreach (string topic in topics)
        {
            if (Facts.FirstOrDefault(f => f.Topic == topic) is { } fact)
                return fact;
        }

        return null;
    }
}
