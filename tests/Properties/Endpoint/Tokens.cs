using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Makes JWTs by hand, good and bad ones.</summary>
internal static class Tokens
{
    /// <summary>A secret of the tests, in the form of a JWK set.</summary>
    public const string KeySet = """{"keys":[{"kty":"oct","kid":"k1","alg":"HS256","k":"dGVzdC1zZWNyZXQtb2YtYXQtbGVhc3QtMzItYnl0ZXMtbG9uZw"}]}""";

    private static readonly byte[] _secret = Encoding.ASCII.GetBytes("test-secret-of-at-least-32-bytes-long");

    /// <summary>A token that the key set signs.</summary>
    public static string Make(string scope, string subject = "alice", TimeSpan? life = null, string? issuer = null, string? audience = null, byte[]? secret = null, string? algorithm = null)
    {
        Dictionary<string, object> claims = new()
        {
            ["sub"] = subject,
            ["scope"] = scope,
            ["exp"] = (DateTimeOffset.UtcNow + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        };
        if (issuer is not null)
            claims["iss"] = issuer;
        if (audience is not null)
            claims["aud"] = audience;
        string head = Encode(JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm ?? "HS256", typ = "JWT", kid = "k1" }));
        string signed = $"{head}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{(algorithm == "none" ? "" : Encode(HMACSHA256.HashData(secret ?? _secret, Encoding.ASCII.GetBytes(signed))))}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
