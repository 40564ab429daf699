using System.Collections.Immutable;

namespace FireproofBench.Gateways;

/// <summary>A request that somebody else may send.</summary>
/// <param name="Method">What it does.</param>
/// <param name="Address">Where to send it. Whoever has it may use it: a secret as long as it is good.</param>
/// <param name="Headers">Headers that must be sent with it, beside the length of the body.</param>
/// <param name="Expires">When it is no longer good.</param>
public sealed record PresignedRequest(PresignedMethod Method, Uri Address, ImmutableDictionary<string, string> Headers, DateTimeOffset Expires)
{
    /// <summary>Method and end, never the address.</summary>
    public override string ToString() => $"{Method}, good until {Expires:u}";
}
