namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>The name of a connection: one half chosen by the client, one by the server. Both are opaque texts.</summary>
/// <param name="RequestId">The client's half; it stays the same for as long as its process lives.</param>
/// <param name="ResponseId">The server's half.</param>
internal sealed record CloudConnection(string RequestId, string ResponseId);
