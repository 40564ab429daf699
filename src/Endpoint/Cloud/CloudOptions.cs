using FireproofBench.Endpoint.Access;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>How an endpoint serves devices of the reference engine, by the protocol of its <c>toCloud()</c>.</summary>
/// <remarks>
/// Its tokens are not those of the rest of the endpoint: a JWT signed with ES256 that names a user with an e-mail address, tenants, ledgers with a right, and what is selected. A ledger is
/// the database <c>fp.&lt;tenant&gt;.&lt;ledger&gt;</c> in the endpoint's stores. Its keys come with the heads in the clear, and are kept beside them: so the protocol has it.
/// </remarks>
public sealed class CloudOptions
{
    /// <summary>The keys of those who sign tokens: P-256, for ES256.</summary>
    public required KeySource Keys { get; init; }

    /// <summary>What <c>iss</c> has to be; null when it is not looked at, as in the reference server.</summary>
    public string? Issuer { get; init; }

    /// <summary>What <c>aud</c> has to hold; null when it is not looked at, as in the reference server.</summary>
    public string? Audience { get; init; }

    /// <summary>Whether clients are to use one WebSocket; else they send a request for each message, and ask for heads once a second. True.</summary>
    public bool OffersSocket { get; init; } = true;

    /// <summary>
    /// Whether writes of a token that may only read are acknowledged and thrown away. Devices of the reference engine write whenever they attach, and a Node process of theirs dies of a refusal.
    /// False: they are refused. True.
    /// </summary>
    public bool DiscardsForbiddenWrites { get; init; } = true;

    /// <summary>What addresses of files begin with, where clients reach the endpoint by another address than it sees itself; null for the one of the request.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>How long an address of a file is good. 5 minutes; clients use it at once.</summary>
    public TimeSpan AddressLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>By how much clocks may differ when a token ends. 60 seconds.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);
}
