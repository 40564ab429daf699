using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Endpoint.Access;

/// <summary>Turns bearer tokens into identities. What was verified is remembered by its hash until it expires, since a signature costs more than a small read.</summary>
internal sealed class TokenVerifier(TokenOptions options, TimeProvider time)
{
    /// <summary>Longest token, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan _memory = TimeSpan.FromMinutes(5);
    private static readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength, MapInboundClaims = false };

    private readonly ConcurrentDictionary<UInt256, Known> _known = new();

    /// <summary>Whom a token stands for; null when it is not accepted.</summary>
    public ValueTask<EndpointIdentity?> VerifyAsync(ReadOnlySpan<char> token, CancellationToken cancellation)
    {
        if (token.Length is 0 or > MaxLength)
            return default;
        byte[] utf8 = Encoding.UTF8.GetBytes(token.ToArray());
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, hash);
        UInt256 name = UInt256.Read(hash);
        if (_known.TryGetValue(name, out Known? known) && time.GetUtcNow() < known.Until)
            return new ValueTask<EndpointIdentity?>(known.Identity);
        EndpointIdentity? identity = null;
        foreach (StaticToken candidate in options.Static)
        {
            // All are compared, whichever fits.
            if (candidate.Is(hash))
                identity = new EndpointIdentity(candidate.Name, candidate.Grants, null);
        }

        if (identity is not null)
        {
            Remember(name, identity);
            return new ValueTask<EndpointIdentity?>(identity);
        }

        return options.Keys is { } keys && token.Count('.') == 2 ? VerifyAsync(keys, token.ToString(), name, cancellation) : default;
    }

    private async ValueTask<EndpointIdentity?> VerifyAsync(KeySource source, string token, UInt256 name, CancellationToken cancellation)
    {
        JsonWebToken parsed;
        try
        {
            parsed = _handler.ReadJsonWebToken(token);
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return null;
        }

        TokenValidationParameters parameters = new()
        {
            IssuerSigningKeys = await source.GetAsync(parsed.Kid is { Length: > 0 } kid ? kid : null, cancellation),
            ValidateIssuer = options.Issuer is not null,
            ValidIssuer = options.Issuer,
            ValidateAudience = options.Audience is not null,
            ValidAudience = options.Audience,
            ClockSkew = options.ClockSkew,
            LifetimeValidator = IsInLife,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidAlgorithms =
            [
                "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
            ],
        };
        TokenValidationResult result = await _handler.ValidateTokenAsync(parsed, parameters);
        if (!result.IsValid)
            return null;
        string subject = parsed.Subject is { Length: > 0 and <= 200 } sub ? sub : "token";
        DateTimeOffset expires = new(Later(parsed.ValidTo, options.ClockSkew), TimeSpan.Zero);
        EndpointIdentity identity = new(subject, ScopesOf(parsed), expires);
        Remember(name, identity);
        return identity;
    }

    // By the clock of the endpoint, which may be a test's.
    private bool IsInLife(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < Later(end, parameters.ClockSkew) && (notBefore is not { } start || now >= start - parameters.ClockSkew);
    }

    private static DateTime Later(DateTime moment, TimeSpan by) => DateTime.SpecifyKind(
        moment > DateTime.MaxValue - by ? DateTime.MaxValue : moment + by, DateTimeKind.Utc);

    private static ImmutableArray<Grant> ScopesOf(JsonWebToken token)
    {
        ImmutableArray<Grant>.Builder grants = ImmutableArray.CreateBuilder<Grant>();
        foreach (System.Security.Claims.Claim claim in token.Claims)
        {
            if (claim.Type is not ("scope" or "scp"))
                continue;
            foreach (Range part in claim.Value.AsSpan().Split(' '))
            {
                if (Grant.TryParseScope(claim.Value.AsSpan()[part], out Grant grant))
                    grants.Add(grant);
            }
        }

        return grants.DrainToImmutable();
    }

    private void Remember(UInt256 name, EndpointIdentity identity)
    {
        if (_known.Count >= MaxRemembered)
            _known.Clear();
        DateTimeOffset until = time.GetUtcNow() + _memory;
        _known[name] = new Known(identity, identity.Expires is { } expires && expires < until ? expires : until);
    }

    private sealed record Known(EndpointIdentity Identity, DateTimeOffset Until);

    // The hash as a value: what is looked up is no secret, and says nothing of one.
    private readonly record struct UInt256(UInt128 High, UInt128 Low)
    {
        public static UInt256 Read(ReadOnlySpan<byte> bytes) => new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
    }
}
