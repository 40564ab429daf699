using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Conformance.Cloud;

/// <summary>Signs tokens as the service behind an endpoint of the cloud protocol does, good ones and others.</summary>
internal sealed class CloudIssuer : IDisposable
{
    /// <summary>Longest text of a key, in characters.</summary>
    public const int MaxKeyLength = 16 * 1024;

    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ECDsa _pair;
    private readonly SigningCredentials _credentials;

    private CloudIssuer(ECDsa pair, string? keyId)
    {
        _pair = pair;

        // The library's own memory of signers outlives the key.
        _credentials = new SigningCredentials(new ECDsaSecurityKey(pair) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
    }

    /// <summary>Reads a private key: a JWK of the curve P-256 as JSON, or in the form in which the reference server has it in its environment: base58btc (<c>z…</c>) or base64 of the JSON.</summary>
    /// <exception cref="FormatException">It is none of these; the message quotes nothing of it.</exception>
    public static CloudIssuer Read(string text)
    {
        text = text.Trim();
        if (text.Length > MaxKeyLength)
            throw new FormatException($"more than {MaxKeyLength} characters are no key");
        try
        {
            using JsonDocument json = JsonDocument.Parse(text is ['{', ..] ? Encoding.UTF8.GetBytes(text) : Decode(text));
            JsonElement key = json.RootElement;
            byte[] Number(string name) => Base64UrlEncoder.DecodeBytes(key.GetProperty(name).GetString());
            if (key.GetProperty("kty").GetString() != "EC" || key.GetProperty("crv").GetString() != "P-256" || !key.TryGetProperty("d", out _))
                throw new JsonException("another kind of key");
            ECDsa pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Number("x"), Y = Number("y") }, D = Number("d") });
            return new CloudIssuer(pair, key.TryGetProperty("kid", out JsonElement id) ? id.GetString() : null);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or CryptographicException or ArgumentException or FormatException)
        {
            throw new FormatException("no private JWK of the curve P-256 (kty EC, crv P-256, d, x, y)", wrong);
        }
    }

    /// <summary>One whose key nobody knows.</summary>
    public static CloudIssuer Unknown() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), null);

    /// <summary>Makes a token.</summary>
    /// <param name="expires">When it ends.</param>
    /// <param name="right">What its user may do: <c>read</c> or <c>write</c>.</param>
    /// <param name="ledgers">The ledgers that it names, all of one tenant; the first is selected.</param>
    /// <param name="without">A claim that it lacks; null for none.</param>
    public string Make(DateTimeOffset expires, string right, IReadOnlyList<CloudLedgerName> ledgers, string? without = null)
    {
        CloudLedgerName selected = ledgers[0];
        Dictionary<string, object> claims = new(StringComparer.Ordinal)
        {
            ["userId"] = "conform",
            ["email"] = "conform@example.com",
            ["created"] = "2026-01-01T00:00:00.000Z",
            ["tenants"] = new[] { new Dictionary<string, object> { ["id"] = selected.Tenant, ["role"] = "member" } },
            ["ledgers"] = ledgers.Select(ledger => new Dictionary<string, object> { ["id"] = ledger.Ledger, ["role"] = "member", ["right"] = right }).ToArray(),
            ["selected"] = new Dictionary<string, object> { ["tenant"] = selected.Tenant, ["ledger"] = selected.Ledger },
        };
        if (without is not null)
            _ = claims.Remove(without);
        return s_handler.CreateToken(new SecurityTokenDescriptor { Claims = claims, Expires = expires.UtcDateTime, SigningCredentials = _credentials });
    }

    /// <inheritdoc/>
    public void Dispose() => _pair.Dispose();

    private static byte[] Decode(string text)
    {
        if (text is ['z', .. string digits] && Base58.TryDecode(digits, out byte[] json))
            return json;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : throw new FormatException("neither base58btc (z…) nor base64");
    }
}
