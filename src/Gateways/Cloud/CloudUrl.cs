using System.Buffers.Text;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Gateways.Cloud;

/// <summary>The URL of an endpoint of the cloud protocol: <c>fpcloud+http(s)://host:port/path?tenant=T&amp;ledger=L</c>.</summary>
/// <param name="Address">Where messages go: the path of the URL as it is, or <c>/fp</c> where it has none, as clients of the reference engine have it.</param>
/// <param name="Ledger">The ledger; null for the one that the token selects.</param>
internal sealed record CloudUrl(Uri Address, CloudLedgerName? Ledger)
{
    private const string Prefix = "fpcloud+";
    private const int MaxToken = CloudMessage.MaxTokenLength;

    /// <summary>Reads a URL.</summary>
    /// <exception cref="StorageException">InvalidName; the message quotes neither user nor query.</exception>
    public static CloudUrl Parse(string text)
    {
        if (!Uri.TryCreate(text[Prefix.Length..], UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
            throw Refused("the URL is fpcloud+http:// or fpcloud+https://, a host, and the path that messages go to");
        if (url.UserInfo.Length > 0)
            throw Refused("a URL holds no user and no password: the token is in FIREPROOFBENCH_TOKEN or in the file of --token-file");
        if (url.Fragment.Length > 0)
            throw Refused("the URL has no fragment (#)");
        string? tenant = null;
        string? ledger = null;
        foreach (string part in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "";
            if (value.Length is 0 or > CloudMessage.MaxNameLength || pair[0] is not ("tenant" or "ledger"))
                throw Refused("the parameters of the URL are tenant=T and ledger=L");
            _ = pair[0] == "tenant" ? tenant = value : ledger = value;
        }

        if ((tenant is null) != (ledger is null))
            throw Refused("tenant and ledger are given together, or both are the token's");
        string address = url.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return new CloudUrl(new Uri(url.AbsolutePath == "/" ? address + "/fp" : address), tenant is null ? null : new CloudLedgerName(tenant, ledger!));
    }

    /// <summary>The ledger: that of the URL, or the one that the token selects.</summary>
    /// <exception cref="StorageException">NotAuthorized when neither says.</exception>
    public CloudLedgerName LedgerFor(Secret? token) => Ledger ?? SelectedBy(token?.Reveal() ?? throw Missing("there is no token")) ?? throw Missing("the token selects no ledger");

    /// <summary>The address, without anything secret.</summary>
    public override string ToString() =>
        Prefix + Address.ToString().TrimEnd('/') + (Ledger is null ? "" : $"?tenant={Uri.EscapeDataString(Ledger.Tenant)}&ledger={Uri.EscapeDataString(Ledger.Ledger)}");

    // Nothing is verified here: that is the endpoint's. It is only read what it is about.
    private static CloudLedgerName? SelectedBy(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3 || token.Length > MaxToken)
            return null;
        try
        {
            using JsonDocument payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return payload.RootElement.TryGetProperty("selected"u8, out JsonElement selected) && selected.ValueKind == JsonValueKind.Object
                && selected.TryGetProperty("tenant"u8, out JsonElement tenant) && tenant.ValueKind == JsonValueKind.String
                && selected.TryGetProperty("ledger"u8, out JsonElement ledger) && ledger.ValueKind == JsonValueKind.String
                ? new CloudLedgerName(tenant.GetString()!, ledger.GetString()!)
                : null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static StorageException Missing(string reason) => new(
        StorageErrorKind.NotAuthorized, "open", "", $"{reason}; name one in the URL (?tenant=T&ledger=L), and give the token in FIREPROOFBENCH_TOKEN or the file of --token-file");

    private static StorageException Refused(string reason) => new(StorageErrorKind.InvalidName, "open", "", reason);
}
