namespace FireproofBench.Endpoint.Access;

/// <summary>Decides who may do what. A host supplies its own, by its users, tenants and sharing.</summary>
/// <remarks>Asked for every call, and for a subscription when it begins. Called by many at once.</remarks>
public interface IEndpointPolicy
{
    /// <summary>Decides on one call.</summary>
    ValueTask<AccessDecision> DecideAsync(EndpointCall wanted, CancellationToken cancellation);
}
