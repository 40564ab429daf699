using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Access;

/// <summary>A call that somebody wants to make, for a policy to decide on.</summary>
/// <param name="Http">The request, with what the host's own authentication made of it. A policy writes nothing to the answer.</param>
/// <param name="Identity">What the endpoint's own tokens say of the caller.</param>
/// <param name="Database">The database.</param>
/// <param name="Right">What the call needs.</param>
public readonly record struct EndpointCall(HttpContext Http, EndpointIdentity Identity, string Database, EndpointRight Right);
