using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>What somebody asked to be told.</summary>
/// <param name="Request">The question: each event answers it.</param>
/// <param name="Connection">Who asked.</param>
/// <param name="Name">The ledger.</param>
/// <param name="Ledger">The same, with what is in it.</param>
/// <param name="Claims">What allows it: when that ends, so do the events.</param>
/// <param name="Address">The address of the heads, which stands in each event.</param>
internal sealed record CloudSubscription(CloudMessage Request, CloudConnection Connection, CloudLedgerName Name, CloudLedger Ledger, CloudClaims Claims, string Address)
{
    /// <summary>An event.</summary>
    public byte[] Event(CloudMeta meta) => CloudAnswers.MetaEvent(Request, Name, Address, meta);
}
