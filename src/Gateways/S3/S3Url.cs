using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.S3;

/// <summary>A bucket as people write it: <c>s3://bucket/prefix?endpoint=http://host:port&amp;region=R&amp;pathStyle=true&amp;create=true&amp;heads=auto</c>.</summary>
/// <param name="Options">What it says of the store.</param>
/// <param name="Heads">How the heads of databases are kept there.</param>
internal sealed record S3Url(S3Options Options, HeadsForm Heads)
{
    private const string Known = "known are endpoint, region, pathStyle, create, heads and profile";

    /// <summary>Reads a URL. The prefix and the values are percent-decoded.</summary>
    /// <exception cref="StorageException">InvalidName: no bucket, credentials, or a parameter that is unknown or has no such value. No value is in the message.</exception>
    public static S3Url Parse(string text)
    {
        string rest = text["s3:".Length..];
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            throw Refused("a bucket's URL is s3://BUCKET/PREFIX?endpoint=…");
        rest = rest[2..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : rest[(question + 1)..];
        string path = question < 0 ? rest : rest[..question];
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? path : path[..slash];
        if (bucket.AsSpan().ContainsAny('@', ':'))
            throw Refused("credentials do not belong into a URL; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile");
        if (bucket.Length == 0)
            throw Refused("the URL names no bucket");
        S3Url url = new(new S3Options { Bucket = bucket, Prefix = slash < 0 ? "" : Decode(path[(slash + 1)..]) }, HeadsForm.MultiObject);
        foreach (string parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = parameter.IndexOf('=', StringComparison.Ordinal);
            url = url.With(equals < 0 ? parameter : parameter[..equals], equals < 0 ? "" : Decode(parameter[(equals + 1)..]));
        }

        return url;
    }

    /// <summary>Opens a database: failures that pass are met by asking again. Nothing is sent yet.</summary>
    /// <exception cref="StorageException">InvalidName.</exception>
    public RemoteDeviceStore OpenDevice(string databaseName, GatewayOptions options)
    {
        S3DataGateway bucket = new(Options, options);
        return new RemoteDeviceStore(new RetryingGateway(bucket, RetryOptions.Of(options)), databaseName, options, Heads, ownsStore: true, learn: bucket.ProbeAsync);
    }

    /// <summary>The URL again. There is no credential in it.</summary>
    public override string ToString()
    {
        StringBuilder text = new($"s3://{Options.Bucket}");
        if (Options.Prefix.Length > 0)
            text.Append('/').AppendJoin('/', Options.Prefix.Split('/').Select(Uri.EscapeDataString));
        char mark = '?';
        Append("endpoint", Options.Endpoint?.GetLeftPart(UriPartial.Authority));
        Append("region", Options.Region is { } region ? Uri.EscapeDataString(region) : null);
        Append("pathStyle", Options.PathStyle ? "true" : null);
        Append("create", Options.CreateBucket ? "true" : null);
        Append("profile", Options.Profile is { } profile ? Uri.EscapeDataString(profile) : null);
        Append("heads", Heads switch { HeadsForm.SingleObject => "single", HeadsForm.Automatic => "auto", _ => null });
        return text.ToString();

        void Append(string name, string? value)
        {
            if (value is null)
                return;
            text.Append(mark).Append(name).Append('=').Append(value);
            mark = '&';
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static StorageException Refused(string reason) => new(StorageErrorKind.InvalidName, "open", "", reason);

    private static bool Truth(string name, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Refused($"{name} is true or false"),
    };

    private static Uri Place(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https" && endpoint is { UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? endpoint
            : throw Refused("endpoint is http://host:port or https://host:port, without a user, a path or parameters");

    private S3Url With(string name, string value) => name switch
    {
        "endpoint" => this with { Options = Options with { Endpoint = Place(value) } },
        "region" => this with { Options = Options with { Region = value.Length > 0 ? value : throw Refused("region is empty") } },
        "pathStyle" => this with { Options = Options with { PathStyle = Truth(name, value) } },
        "create" => this with { Options = Options with { CreateBucket = Truth(name, value) } },
        "profile" => this with { Options = Options with { Profile = value.Length > 0 ? value : throw Refused("profile is empty") } },
        "heads" => this with { Heads = value switch { "single" => HeadsForm.SingleObject, "multi" => HeadsForm.MultiObject, "auto" => HeadsForm.Automatic, _ => throw Refused("heads is multi, single or auto") } },
        _ when name.Contains("key", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
            || name.Contains("token", StringComparison.OrdinalIgnoreCase) || name.Contains("password", StringComparison.OrdinalIgnoreCase) =>
            throw Refused("credentials do not belong into a URL; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"),
        _ => throw Refused($"nobody knows the parameter '{ObjectKey.Printable(name)}'; {Known}"),
    };
}
