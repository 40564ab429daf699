using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.WebDav;

/// <summary>What a server was found to do when it was asked.</summary>
internal sealed record WebDavCapabilities
{
    /// <summary>Before anything was asked: nothing can be relied on.</summary>
    public static WebDavCapabilities Unknown { get; } = new();

    /// <summary>Whether a put shows to readers before it is whole.</summary>
    public bool WritesInPlace { get; init; }

    /// <summary>Whether <c>If-None-Match: *</c> holds, between overlapping puts too.</summary>
    public bool KeepsCreate { get; init; }

    /// <summary>Whether <c>If-Match</c> holds on a put, between overlapping puts too.</summary>
    public bool KeepsReplace { get; init; }

    /// <summary>Whether <c>If-Match</c> holds on a delete.</summary>
    public bool KeepsDelete { get; init; }

    /// <summary>Conditions that were acknowledged though they did not hold.</summary>
    public IgnoredConditions Ignored { get; init; }

    /// <summary>Whether names that start with a dot are left out of listings.</summary>
    public bool HidesDotNames { get; init; }

    /// <summary>Oddities, each in one line for people.</summary>
    public IReadOnlyList<string> Quirks { get; init; } = [];
}
