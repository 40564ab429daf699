using FireproofBench.Endpoint.Access;

namespace FireproofBench.Endpoint.Requests;

/// <summary>One route of the endpoint.</summary>
/// <param name="Name">Its name in metrics, and the operation's in the OpenAPI document.</param>
/// <param name="Method">The method.</param>
/// <param name="Pattern">The path below the endpoint's own.</param>
/// <param name="Right">What a caller needs.</param>
/// <param name="IsSubscription">Whether it lasts as long as the caller stays.</param>
/// <param name="Run">Answers a request that was let in.</param>
internal sealed record RouteSpec(string Name, string Method, string Pattern, EndpointRight Right, bool IsSubscription, Func<EndpointRequest, Task> Run);
