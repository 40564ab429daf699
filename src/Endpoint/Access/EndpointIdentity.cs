using System.Collections.Immutable;

namespace FireproofBench.Endpoint.Access;

/// <summary>Who calls, as far as a credential told.</summary>
/// <param name="Name">A name for people and for counting: the token's subject, or that of a static token. Never the token.</param>
/// <param name="Grants">What the credential gives.</param>
/// <param name="Expires">When it ends; null for never.</param>
public sealed record EndpointIdentity(string Name, ImmutableArray<Grant> Grants, DateTimeOffset? Expires)
{
    /// <summary>Somebody without a credential.</summary>
    public static EndpointIdentity Anonymous { get; } = new("", [], null);

    /// <summary>Whether there was a credential.</summary>
    public bool IsAuthenticated => Name.Length > 0;

    /// <summary>Whether the grants give a right on a database.</summary>
    public bool Has(string database, EndpointRight right)
    {
        foreach (Grant grant in Grants)
        {
            if (grant.Covers(database, right))
                return true;
        }

        return false;
    }
}
