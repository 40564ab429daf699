namespace FireproofBench.Gateways.Http;

/// <summary>One call of the port that becomes a request, as failures name it.</summary>
/// <param name="Operation">The call: put, get, list, publish…</param>
/// <param name="Key">The key or prefix; empty when the call is of the endpoint as a whole. Never a secret.</param>
/// <param name="Effect">What it does on the server.</param>
internal sealed record HttpCall(string Operation, string Key, HttpEffect Effect);
