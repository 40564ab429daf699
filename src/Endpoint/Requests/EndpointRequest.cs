using FireproofBench.Endpoint.Access;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Requests;

/// <summary>A request that was let in.</summary>
/// <param name="Http">The request.</param>
/// <param name="Database">The database that it names.</param>
/// <param name="Key">The key that it names; empty on routes without one.</param>
/// <param name="Caller">Who calls.</param>
internal sealed record EndpointRequest(HttpContext Http, string Database, string Key, EndpointIdentity Caller)
{
    /// <summary>Ends when the caller is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;
}
