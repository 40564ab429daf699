using System.Collections.Immutable;

namespace FireproofBench.Endpoint.Access;

/// <summary>Which bearer tokens are accepted, and who signs them.</summary>
/// <remarks>
/// A JWT needs a signature by one of the keys, an expiry that is not past, and scopes in its <c>scope</c> (text with blanks, or list) or <c>scp</c> claim
/// (<see cref="Grant.TryParseScope"/>). Its <c>sub</c> is the caller's name.
/// </remarks>
public sealed record TokenOptions
{
    /// <summary>The keys of the signers; null when only static tokens are accepted.</summary>
    public KeySource? Keys { get; init; }

    /// <summary>What <c>iss</c> has to be; null when it is not looked at: then whoever holds a key is trusted for every issuer.</summary>
    public string? Issuer { get; init; }

    /// <summary>What <c>aud</c> has to hold; null when it is not looked at.</summary>
    public string? Audience { get; init; }

    /// <summary>By how much clocks may differ. 60 seconds.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tokens that are no JWT.</summary>
    public ImmutableArray<StaticToken> Static { get; init; } = [];
}
