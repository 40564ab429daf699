using System.Collections.Immutable;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>What a token of the cloud protocol says.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Tenants">The tenants that it names.</param>
/// <param name="Ledgers">The ledgers that it names, each with whether it may be written.</param>
/// <param name="Selected">What is meant where a message names no ledger.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record CloudClaims(string User, ImmutableHashSet<string> Tenants, ImmutableDictionary<string, bool> Ledgers, CloudLedgerName Selected, DateTimeOffset Expires)
{
    /// <summary>Why the token does not give a ledger; null when it does.</summary>
    public string? RefusalOf(CloudLedgerName ledger) =>
        !Tenants.Contains(ledger.Tenant) ? $"the token does not name the tenant {ledger.Tenant}"
        : !Ledgers.ContainsKey(ledger.Ledger) ? $"the token does not name the ledger {ledger.Ledger}"
        : null;

    /// <summary>Whether the token may write a ledger that it gives.</summary>
    public bool MayWrite(CloudLedgerName ledger) => Ledgers.GetValueOrDefault(ledger.Ledger);
}
