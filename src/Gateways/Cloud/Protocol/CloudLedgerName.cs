using System.Globalization;
using System.Text;

namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>A ledger of a tenant: what the protocol calls a database.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Ledger">The ledger.</param>
internal sealed record CloudLedgerName(string Tenant, string Ledger)
{
    /// <summary>The name of its database in the stores of an endpoint: <c>fp.tenant.ledger</c>, where everything but letters, digits, <c>-</c> and <c>_</c> is <c>~</c> and the hexadecimal byte.</summary>
    /// <remarks>Different ledgers have different names; a device that speaks the endpoint's own protocol finds the database by it.</remarks>
    public string Database { get; } = $"fp.{Escape(Tenant)}.{Escape(Ledger)}";

    private static string Escape(string name)
    {
        StringBuilder text = new(name.Length);
        foreach (byte next in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)next) || next is (byte)'-' or (byte)'_')
                _ = text.Append((char)next);
            else
                _ = text.Append('~').Append(next.ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
