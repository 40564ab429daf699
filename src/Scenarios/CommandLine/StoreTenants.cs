using System.Collections.Immutable;
using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.S3;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Who else may ask at a store's address: those whom it must refuse, and a second tenant.</summary>
internal static class StoreTenants
{
    private const string ProfileOption = "--other-profile";
    private const string TokenOption = "--other-token-file";

    // Nobody's, and easily found in a text that it must not be in.
    private const string Nobody = "nobodys-secret-0123456789abcdefghijklmno";

    /// <summary>Who has no rights at the address: wrong, altered and absent credentials. None where the address was opened without any.</summary>
    public static ImmutableArray<StoreAccess> Strangers(GatewayUrl url, GatewayOptions options) => url.Scheme switch
    {
        GatewayScheme.Http when options.Token is { } token => OfEndpoint(url, options, token.Reveal()),
        GatewayScheme.S3 => OfBucket(url, options),
        GatewayScheme.Dav when options.WebDav is { } user =>
        [
            Access("a client without credentials", url, options with { WebDav = null }),
            Access("a client with a wrong password", url, options with { WebDav = new NetworkCredential(user.UserName, Nobody) }, new Secret(Nobody)),
            Access("an unknown user", url, options with { WebDav = new NetworkCredential("nobody", user.Password) }),
        ],
        _ => [],
    };

    /// <summary>How a second tenant of a place is named; null where there are none.</summary>
    public static string? OptionFor(GatewayUrl url) => url.Scheme switch
    {
        GatewayScheme.S3 => $"{ProfileOption} NAME names a profile with the keys of one",
        GatewayScheme.Http => $"{TokenOption} FILE names a file with the token of one",
        GatewayScheme.Dav => "this tool has no option for a second user of a WebDAV server",
        _ => null,
    };

    /// <summary>What was given to open stores: texts that no report may hold.</summary>
    public static ImmutableArray<Secret> Secrets(GatewayOptions options) =>
    [
        .. new[]
        {
            options.Token?.Reveal(), options.WebDav?.Password, Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"),
            Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN"),
        }.OfType<string>().Where(static text => text.Length > 0).Select(static text => new Secret(text)),
    ];

    /// <summary>The second tenant that the user names; null when none is named.</summary>
    /// <param name="url">The store's URL.</param>
    /// <param name="token">The token of the run; null for none.</param>
    /// <param name="profile">A profile of the AWS files; null for none.</param>
    /// <param name="tokenFile">A file with a token; null for none.</param>
    /// <exception cref="UsageException">The option does not fit the store, what it names cannot be read, or it is the run's own tenant.</exception>
    public static StoreAccess? Second(string url, Secret? token, string? profile, string? tokenFile)
    {
        if (profile is null && tokenFile is null)
            return null;
        GatewayUrl parsed;
        try
        {
            parsed = GatewayUrl.Parse(url);
        }
        catch (StorageException failure)
        {
            throw new UsageException(failure.Message);
        }

        if (profile is not null && parsed.Scheme != GatewayScheme.S3)
            throw new UsageException($"{ProfileOption}: only an S3 store has profiles; the second tenant of an HTTP endpoint is named by {TokenOption}.");
        if (tokenFile is not null && parsed.Scheme != GatewayScheme.Http)
            throw new UsageException($"{TokenOption}: only an HTTP endpoint has tokens; the second tenant of an S3 store is named by {ProfileOption}.");
        GatewayOptions options = new() { Time = TimeProvider.System, Entropy = Gateways.Entropy.SystemEntropy.Instance };
        return profile is not null ? OfProfile(parsed, options, profile) : OfToken(parsed, options, token, AccessToken.ReadFile(tokenFile!, TokenOption));
    }

    private static StoreAccess OfToken(GatewayUrl url, GatewayOptions options, Secret? own, Secret other) => own?.Reveal() == other.Reveal()
        ? throw new UsageException($"{TokenOption}: that is the run's own token; name the file of another tenant's.")
        : Access("the second tenant", url, options with { Token = other }, other);

    private static StoreAccess OfProfile(GatewayUrl url, GatewayOptions options, string profile)
    {
        if (profile == url.S3!.Options.Profile)
            throw new UsageException($"{ProfileOption}: that is the run's own profile; name another tenant's.");
        if (!new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out AWSCredentials credentials))
        {
            throw new UsageException(
                $"{ProfileOption}: the AWS files hold no credentials for {Printable.Key(profile)}. Look into ~/.aws/credentials, or where AWS_SHARED_CREDENTIALS_FILE points.");
        }

        return Bucket("the second tenant", url, options, _ => ValueTask.FromResult(credentials));
    }

    private static ImmutableArray<StoreAccess> OfEndpoint(GatewayUrl url, GatewayOptions options, string token)
    {
        List<(string Who, string Token)> wrong = [("a client with a token that nobody gave out", Nobody), ("a client with an altered token", Altered(token))];
        string[] parts = token.Split('.');
        if (parts.Length == 3)
        {
            // The claims of a good token, signed by nobody.
            string head = Convert.ToBase64String(Encoding.ASCII.GetBytes("""{"alg":"none","typ":"JWT"}""")).TrimEnd('=');
            wrong.Add(("a client with an unsigned token", $"{head}.{parts[1]}."));
        }

        return
        [
            Access("a client without a token", url, options with { Token = null }),
            .. wrong.Select(w => Access(w.Who, url, options with { Token = new Secret(w.Token) }, new Secret(w.Token))),
        ];
    }

    // In the middle of the last part: the last letters of a signature can stand for the same bytes.
    private static string Altered(string token)
    {
        int at = token.LastIndexOf('.') + 1;
        at += (token.Length - at) / 2;
        return $"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}";
    }

    private static ImmutableArray<StoreAccess> OfBucket(GatewayUrl url, GatewayOptions options) =>
    [
        Bucket("a client without credentials", url, options, static _ => ValueTask.FromResult<AWSCredentials>(new AnonymousAWSCredentials())),
        Bucket("a client with an unknown key", url, options, static _ => ValueTask.FromResult<AWSCredentials>(new BasicAWSCredentials("nobodyskey", Nobody))) with
        {
            Secret = new Secret(Nobody),
        },
        Bucket("a client with a wrong secret", url, options, async cancellation =>
        {
            cancellation.ThrowIfCancellationRequested();
            using S3Connection own = new(url.S3!.Options, options);
            return new BasicAWSCredentials((await own.CredentialsAsync()).AccessKey, Nobody);
        }) with
        {
            Secret = new Secret(Nobody),
        },
    ];

    private static StoreAccess Access(string who, GatewayUrl url, GatewayOptions options, Secret? secret = null) => new(
        who, _ => ValueTask.FromResult(url.OpenData(options)), url.Scheme == GatewayScheme.Http ? StoreUrls.DatabasesAtEndpoint(url, options) : null)
    {
        Secret = secret,
    };

    // Nothing is made and nothing probed in somebody else's name.
    private static StoreAccess Bucket(string who, GatewayUrl url, GatewayOptions options, Func<CancellationToken, ValueTask<AWSCredentials>> credentials) => new(
        who,
        async cancellation => new S3DataGateway(
            url.S3!.Options with { CreateBucket = false, Profile = null, Credentials = await credentials(cancellation) }, options));
}
