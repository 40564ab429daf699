using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FireproofBench.Endpoint.Access;

/// <summary>Who may do what, as a file of JSON: for an endpoint that is run from the command line.</summary>
/// <remarks>
/// <code>
/// {
///   "issuer": "https://id.example.org",        iss of tokens; optional
///   "audience": "fireproof",                   aud of tokens; optional
///   "clockSkewSeconds": 60,
///   "keysFile": "keys.json",                   a JWK set, beside this file; or
///   "keysUrl": "https://id.example.org/jwks",  a JWK set that is fetched
///   "tokens":    [{"name": "ci", "sha256": "…64 hex digits…", "grants": [{"database": "notes", "right": "write"}]}],
///   "grants":    [{"subject": "alice", "database": "team-*", "right": "admin"}],
///   "anonymous": [{"database": "public", "right": "read"}],
///   "origins":   ["https://app.example.org"]
/// }
/// </code>
/// Rights are <c>read</c>, <c>write</c> and <c>admin</c>, each with those before it; a <c>*</c> ends a database's name that stands for all that begin so.
/// </remarks>
public sealed class PolicyFile
{
    private const int MaxLength = 4 << 20;

    private PolicyFile(TokenOptions tokens, GrantPolicy policy, ImmutableArray<string> origins)
    {
        Tokens = tokens;
        Policy = policy;
        Origins = origins;
    }

    /// <summary>Which tokens are accepted.</summary>
    public TokenOptions Tokens { get; }

    /// <summary>What they give.</summary>
    public GrantPolicy Policy { get; }

    /// <summary>Pages of which origins may call.</summary>
    public ImmutableArray<string> Origins { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; files that it names are found beside it.</param>
    /// <param name="client">Fetches keys.</param>
    /// <param name="time">The clock of the fetching.</param>
    /// <exception cref="FormatException">It is no policy; the message says where, and quotes no secret.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PolicyFile Read(string path, HttpClient client, TimeProvider time)
    {
        FileInfo file = new(path);
        if (file.Length > MaxLength)
            throw new FormatException($"longer than {MaxLength} bytes");
        Shape shape;
        try
        {
            shape = JsonSerializer.Deserialize<Shape>(File.ReadAllBytes(path), _json) ?? throw new FormatException("null is no policy");
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"line {wrong.LineNumber + 1}, {wrong.Path ?? "$"}: not as a policy has to be");
        }

        TokenOptions tokens = new()
        {
            Keys = KeysOf(shape, Path.GetDirectoryName(file.FullName)!, client, time),
            Issuer = shape.Issuer,
            Audience = shape.Audience,
            ClockSkew = TimeSpan.FromSeconds(Math.Clamp(shape.ClockSkewSeconds ?? 60, 0, 3600)),
            Static = [.. (shape.Tokens ?? []).Select(TokenOf)],
        };
        ImmutableDictionary<string, ImmutableArray<Grant>> named = (shape.Grants ?? [])
            .GroupBy(static grant => grant.Subject ?? throw new FormatException("a grant without a subject"))
            .ToImmutableDictionary(static group => group.Key, static group => group.Select(GrantOf).ToImmutableArray());
        return new PolicyFile(tokens, new GrantPolicy([.. (shape.Anonymous ?? []).Select(GrantOf)], named), [.. shape.Origins ?? []]);
    }

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private static KeySource? KeysOf(Shape shape, string folder, HttpClient client, TimeProvider time) => (shape.KeysFile, shape.KeysUrl) switch
    {
        (null, null) => null,
        ({ } name, null) => KeySource.FromJson(File.ReadAllText(Path.Combine(folder, name))),
        (null, { } address) => KeySource.FromAddress(address, client, time),
        _ => throw new FormatException("'keysFile' and 'keysUrl' exclude each other"),
    };

    private static StaticToken TokenOf(TokenShape token)
    {
        if (string.IsNullOrEmpty(token.Name))
            throw new FormatException("a token without a name");
        byte[] hash;
        try
        {
            hash = Convert.FromHexString(token.Sha256 ?? "");
        }
        catch (FormatException)
        {
            hash = [];
        }

        if (hash.Length != 32)
            throw new FormatException($"token '{token.Name}': 'sha256' is the SHA-256 of the token, 64 hex digits");
        return new StaticToken(token.Name, hash, [.. (token.Grants ?? []).Select(GrantOf)]);
    }

    private static Grant GrantOf(GrantShape grant)
    {
        if (string.IsNullOrEmpty(grant.Database))
            throw new FormatException("a grant without a database");
        return Grant.TryParseRight(grant.Right, out EndpointRight right)
            ? new Grant(grant.Database, right)
            : throw new FormatException($"the grant on '{grant.Database}' has no right of read, write and admin");
    }

    private sealed record Shape(
        string? Issuer,
        string? Audience,
        double? ClockSkewSeconds,
        string? KeysFile,
        Uri? KeysUrl,
        IReadOnlyList<TokenShape>? Tokens,
        IReadOnlyList<GrantShape>? Grants,
        IReadOnlyList<GrantShape>? Anonymous,
        IReadOnlyList<string>? Origins);

    private sealed record TokenShape(string? Name, string? Sha256, IReadOnlyList<GrantShape>? Grants);

    private sealed record GrantShape(string? Subject, string? Database, string? Right);
}
