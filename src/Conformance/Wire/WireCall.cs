using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Wire;

/// <summary>A call of the port of which it is known what is true, so that a wrong answer shows.</summary>
/// <param name="Name">Which call.</param>
/// <param name="Key">The key that it names.</param>
/// <param name="Methods">The methods by which it asks for what it is for.</param>
/// <param name="LieAsync">Makes it, and says what is untrue about its answer; null when that is true.</param>
internal sealed record WireCall(string Name, string Key, string[] Methods, Func<IDataGateway, CancellationToken, Task<string?>> LieAsync)
{
    /// <summary>Makes the call.</summary>
    /// <returns>How it failed; null when it said what is true.</returns>
    /// <exception cref="ClauseViolation">It said what is not true.</exception>
    public async Task<StorageException?> AskAsync(IDataGateway store, string under, CancellationToken cancellation)
    {
        try
        {
            string? lie = await LieAsync(store, cancellation);
            ClauseContext.Require(lie is null, $"{under}, a {Name} {lie}");
            return null;
        }
        catch (StorageException failure)
        {
            return failure;
        }
    }

    /// <summary>Whether a request is the one that asks for what the call is for, and none that only helps.</summary>
    public bool IsMain(HttpRequestMessage request) => Methods.Contains(request.Method.Method);
}
