using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Properties.Endpoint;

/// <summary>An issuer with a key pair of its own, whose public half it publishes as a JWK.</summary>
internal sealed class TokenSigner : IDisposable
{
    private static readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly AsymmetricAlgorithm _pair;
    private readonly SigningCredentials _credentials;

    /// <summary>A new key pair.</summary>
    /// <param name="keyId">Its name.</param>
    /// <param name="algorithm">RS256, PS256, ES256…</param>
    /// <param name="bits">Length of an RSA key.</param>
    public TokenSigner(string keyId, string algorithm = "ES256", int bits = 2048)
    {
        if (algorithm[0] == 'E')
        {
            ECDsa pair = ECDsa.Create(algorithm == "ES384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
            ECParameters key = pair.ExportParameters(includePrivateParameters: false);
            _pair = pair;
            _credentials = new SigningCredentials(new ECDsaSecurityKey(pair) { KeyId = keyId }, algorithm);
            Jwk = JsonSerializer.Serialize(new
            {
                kty = "EC",
                kid = keyId,
                use = "sig",
                crv = algorithm == "ES384" ? "P-384" : "P-256",
                x = Base64UrlEncoder.Encode(key.Q.X),
                y = Base64UrlEncoder.Encode(key.Q.Y),
            });
        }
        else
        {
            RSA pair = RSA.Create(bits);
            RSAParameters key = pair.ExportParameters(includePrivateParameters: false);
            _pair = pair;
            _credentials = new SigningCredentials(new RsaSecurityKey(pair) { KeyId = keyId }, algorithm);
            Jwk = JsonSerializer.Serialize(new { kty = "RSA", kid = keyId, use = "sig", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) });
        }
    }

    /// <summary>The public half.</summary>
    public string Jwk { get; }

    /// <summary>Both halves, of a key on a curve.</summary>
    public string PrivateJwk
    {
        get
        {
            ECParameters key = ((ECDsa)_pair).ExportParameters(includePrivateParameters: true);
            return JsonSerializer.Serialize(new { kty = "EC", crv = "P-256", x = Base64UrlEncoder.Encode(key.Q.X), y = Base64UrlEncoder.Encode(key.Q.Y), d = Base64UrlEncoder.Encode(key.D) });
        }
    }

    /// <summary>The set of the public halves of several.</summary>
    public static string SetOf(params IEnumerable<TokenSigner> signers) => $$"""{"keys":[{{string.Join(',', signers.Select(static s => s.Jwk))}}]}""";

    /// <summary>A token, good for a day.</summary>
    public string Make(string scope) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object> { ["sub"] = "alice", ["scope"] = scope },
        Expires = DateTime.UtcNow.AddDays(1),
        SigningCredentials = _credentials,
    });

    /// <summary>A token of the cloud protocol.</summary>
    /// <param name="tenant">The tenant that it names and selects.</param>
    /// <param name="ledger">The ledger that it names and selects.</param>
    /// <param name="right">read or write.</param>
    /// <param name="expires">When it ends; null for in a day.</param>
    /// <param name="change">Changes the claims before they are signed; null for nothing.</param>
    public string MakeCloud(string tenant, string ledger, string right = "write", DateTime? expires = null, Action<Dictionary<string, object>>? change = null)
    {
        Dictionary<string, object> claims = new()
        {
            ["userId"] = "alice",
            ["email"] = "alice@example.com",
            ["created"] = "2026-01-01T00:00:00.000Z",
            ["tenants"] = new[] { new Dictionary<string, object> { ["id"] = tenant, ["role"] = "member" } },
            ["ledgers"] = new[] { new Dictionary<string, object> { ["id"] = ledger, ["role"] = "member", ["right"] = right } },
            ["selected"] = new Dictionary<string, object> { ["tenant"] = tenant, ["ledger"] = ledger },
        };
        change?.Invoke(claims);
        return _handler.CreateToken(new SecurityTokenDescriptor { Claims = claims, Expires = expires ?? DateTime.UtcNow.AddDays(1), SigningCredentials = _credentials });
    }

    public void Dispose() => _pair.Dispose();
}
