using System.Collections.Immutable;

namespace FireproofBench.Endpoint.Access;

/// <summary>The grants of the caller's token decide, and those that are given to a name or to everybody.</summary>
/// <param name="anonymous">What everybody may, without a token.</param>
/// <param name="named">What the subjects of tokens may beyond what their tokens say, by subject.</param>
public sealed class GrantPolicy(ImmutableArray<Grant> anonymous, ImmutableDictionary<string, ImmutableArray<Grant>> named) : IEndpointPolicy
{
    /// <summary>Only tokens give rights.</summary>
    public GrantPolicy()
        : this([], ImmutableDictionary<string, ImmutableArray<Grant>>.Empty)
    {
    }

    /// <inheritdoc/>
    public ValueTask<AccessDecision> DecideAsync(EndpointCall wanted, CancellationToken cancellation)
    {
        EndpointIdentity caller = wanted.Identity;
        if (caller.Has(wanted.Database, wanted.Right) || Covers(anonymous, wanted))
            return new ValueTask<AccessDecision>(AccessDecision.Allowed);
        if (!caller.IsAuthenticated)
            return new ValueTask<AccessDecision>(AccessDecision.Unauthenticated);
        bool may = named.TryGetValue(caller.Name, out ImmutableArray<Grant> more) && Covers(more, wanted);
        return new ValueTask<AccessDecision>(may ? AccessDecision.Allowed : AccessDecision.Forbidden);
    }

    private static bool Covers(ImmutableArray<Grant> grants, EndpointCall call)
    {
        foreach (Grant grant in grants)
        {
            if (grant.Covers(call.Database, call.Right))
                return true;
        }

        return false;
    }
}
