using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Reads tokens of the cloud protocol. Each message brings its own, so what was verified is remembered.</summary>
internal sealed class CloudTokens(CloudOptions options, TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private const int MaxNames = 1_000;
    private static readonly TimeSpan _memory = TimeSpan.FromMinutes(5);
    private static readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = CloudMessage.MaxTokenLength, MapInboundClaims = false };

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>What a token says.</summary>
    /// <exception cref="CloudMessageException">It is not accepted; the reason says which of its parts is wrong, and quotes nothing of it.</exception>
    public ValueTask<CloudClaims> ReadAsync(CloudMessage message, CancellationToken cancellation)
    {
        if (message.Token is not { } token)
            throw new CloudMessageException("missing auth", message);
        if (_known.TryGetValue(NameOf(token), out Known? known) && time.GetUtcNow() < known.Until)
            return new ValueTask<CloudClaims>(known.Claims);
        return VerifyAsync(message, token, cancellation);
    }

    /// <summary>Whether a token that was accepted is still good.</summary>
    public bool IsGood(CloudClaims claims) => time.GetUtcNow() < claims.Expires;

    // A digest, so that no token lies about in memory longer than its message.
    private static string NameOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private async ValueTask<CloudClaims> VerifyAsync(CloudMessage message, string token, CancellationToken cancellation)
    {
        JsonWebToken parsed;
        try
        {
            parsed = _handler.ReadJsonWebToken(token);
        }
        catch (Exception wrong) when (wrong is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            throw new CloudMessageException("the token is no JWT", message, wrong);
        }

        TokenValidationResult result = await _handler.ValidateTokenAsync(parsed, new TokenValidationParameters
        {
            IssuerSigningKeys = await options.Keys.GetAsync(parsed.Kid is { Length: > 0 } kid ? kid : null, cancellation),
            ValidateIssuer = options.Issuer is not null,
            ValidIssuer = options.Issuer,
            ValidateAudience = options.Audience is not null,
            ValidAudience = options.Audience,
            ClockSkew = options.ClockSkew,
            LifetimeValidator = IsInLife,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        });
        if (!result.IsValid)
            throw new CloudMessageException(result.Exception is SecurityTokenInvalidLifetimeException ? "the token has ended, or has not begun" : "the token is not signed by a key that is trusted here", message);
        CloudClaims claims = ReadClaims(message, parsed);
        if (_known.Count >= MaxRemembered)
            _known.Clear();
        DateTimeOffset until = time.GetUtcNow() + _memory;
        _known[NameOf(token)] = new Known(claims, claims.Expires < until ? claims.Expires : until);
        return claims;
    }

    // The project's own service writes the end in milliseconds, so that it lies tens of thousands of years away: a far future like another.
    private bool IsInLife(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < Later(end) && (notBefore is not { } start || now >= start - options.ClockSkew);
    }

    private DateTime Later(DateTime moment) =>
        DateTime.SpecifyKind(moment > DateTime.MaxValue - options.ClockSkew ? DateTime.MaxValue : moment + options.ClockSkew, DateTimeKind.Utc);

    private CloudClaims ReadClaims(CloudMessage message, JsonWebToken token)
    {
        CloudMessageException Wrong(string what) => new($"the token has no {what}", message);
        using JsonDocument payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        JsonElement root = payload.RootElement;
        string user = Text(root, "userId") ?? throw Wrong("userId");
        if (Text(root, "email") is not { } mail || mail.IndexOf('@', StringComparison.Ordinal) is <= 0 or >= CloudMessage.MaxNameLength || mail.EndsWith('@') || mail.AsSpan().ContainsAny(" \t\r\n"))
            throw Wrong("e-mail address");
        if (!root.TryGetProperty("created"u8, out JsonElement created) || created.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            throw Wrong("time of creation");
        ImmutableHashSet<string>.Builder tenants = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (JsonElement tenant in List(root, "tenants") ?? throw Wrong("tenants"))
            _ = tenants.Add(Text(tenant, "id") ?? throw Wrong("id in one of its tenants"));
        ImmutableDictionary<string, bool>.Builder ledgers = ImmutableDictionary.CreateBuilder<string, bool>(StringComparer.Ordinal);
        foreach (JsonElement ledger in List(root, "ledgers") ?? throw Wrong("ledgers"))
        {
            string right = Text(ledger, "right") ?? throw Wrong("right in one of its ledgers");
            if (right is not ("read" or "write"))
                throw Wrong("right that is read or write in one of its ledgers");
            ledgers[Text(ledger, "id") ?? throw Wrong("id in one of its ledgers")] = right == "write";
        }

        if (!root.TryGetProperty("selected"u8, out JsonElement selected) || Text(selected, "tenant") is not { } chosen || Text(selected, "ledger") is not { } of)
            throw Wrong("selected tenant and ledger");
        return new CloudClaims(user, tenants.ToImmutable(), ledgers.ToImmutable(), new CloudLedgerName(chosen, of), new DateTimeOffset(Later(token.ValidTo), TimeSpan.Zero));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
        && text.GetString() is { Length: > 0 and <= CloudMessage.MaxNameLength } value ? value : null;

    private static JsonElement[]? List(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MaxNames ? [.. list.EnumerateArray()] : null;

    private sealed record Known(CloudClaims Claims, DateTimeOffset Until);
}
