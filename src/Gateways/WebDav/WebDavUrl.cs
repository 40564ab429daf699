using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.WebDav;

/// <summary>A folder of a WebDAV server as people write it: <c>dav+http://host:port/path?create=true</c>, or <c>dav+https://</c>.</summary>
/// <param name="Options">What it says of the folder.</param>
internal sealed record WebDavUrl(WebDavOptions Options)
{
    private const string Scheme = "dav+";

    /// <summary>Reads a URL. User and password come beside it, never in it.</summary>
    /// <exception cref="StorageException">InvalidName: no host, credentials, or a parameter that is unknown. No value is in the message.</exception>
    public static WebDavUrl Parse(string text)
    {
        if (!Uri.TryCreate(text[Scheme.Length..], UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw Refused("a WebDAV folder's URL is dav+http://HOST/PATH or dav+https://HOST/PATH");
        if (address.UserInfo.Length > 0)
            throw Refused("credentials do not belong into a URL; set FIREPROOFBENCH_DAV_USER and FIREPROOFBENCH_DAV_PASSWORD");
        if (address.Fragment.Length > 0)
            throw Refused("a '#' in the path is written %23");
        bool create = false;
        foreach (string parameter in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            create = parameter switch
            {
                "create=true" => true,
                "create=false" => false,
                _ => throw Refused($"nobody knows the parameter '{ObjectKey.Printable(parameter.Split('=')[0])}'; known is create, which is true or false"),
            };
        }

        return new WebDavUrl(new WebDavOptions { Address = new Uri(address.GetLeftPart(UriPartial.Path)), Create = create });
    }

    /// <summary>Opens the folder. Nothing is sent yet.</summary>
    public WebDavDataGateway Open(GatewayOptions options) =>
        new(Options with { User = options.WebDav?.UserName, Password = options.WebDav?.Password }, options);

    /// <summary>Opens the folder for a database: failures that pass are met by asking again.</summary>
    public RetryingGateway OpenPatiently(GatewayOptions options) =>
        new(Open(options), RetryOptions.Of(options));

    /// <summary>The URL again. There is no credential in it.</summary>
    public override string ToString() => $"{Scheme}{Options}{(Options.Create ? "?create=true" : "")}";

    private static StorageException Refused(string reason) => new(StorageErrorKind.InvalidName, "open", "", reason);
}
