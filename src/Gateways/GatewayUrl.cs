using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways;

/// <summary>Where a database is, as people write it: a URL or a path. Opens the gateways of each.</summary>
public sealed class GatewayUrl
{
    private const string Known =
        "file:///abs/dir or a path, memory:, s3://, http://, https://, fpcloud+http://, fpcloud+https://, dav+http://, dav+https://, sim:PROFILE";

    private GatewayUrl(GatewayScheme scheme, string path)
    {
        Scheme = scheme;
        Path = path;
    }

    /// <summary>The endpoint, and the database that objects are in when none is named; null for other kinds.</summary>
    internal HttpUrl? Http { get; private init; }

    /// <summary>The bucket, and how to use it; null for other kinds.</summary>
    internal S3Url? S3 { get; private init; }

    /// <summary>The folder of a WebDAV server; null for other kinds.</summary>
    internal WebDavUrl? Dav { get; private init; }

    /// <summary>The endpoint of the cloud protocol, and the ledger; null for other kinds.</summary>
    internal CloudUrl? Cloud { get; private init; }

    /// <summary>The profile of a simulated store; null for other kinds.</summary>
    internal SimulatedUrl? Simulated { get; private init; }

    /// <summary>The kind of provider.</summary>
    public GatewayScheme Scheme { get; }

    /// <summary>The absolute path of a folder; empty for other kinds.</summary>
    public string Path { get; }

    /// <summary>How databases at this place keep their heads, where the URL says so (<c>heads=</c> of a bucket): one object each when it says nothing.</summary>
    public HeadsForm Heads => S3?.Heads ?? HeadsForm.MultiObject;

    /// <summary>Reads a URL, or a plain path (relative ones start from the working folder). Parameters of a <c>file:</c> URL are the reference engine's, and are skipped.</summary>
    /// <exception cref="StorageException">Unsupported for a scheme that nobody knows: the message lists the known. InvalidName for a URL that names no folder.</exception>
    public static GatewayUrl Parse(string text)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            throw new StorageException(StorageErrorKind.InvalidName, "open", "", $"an empty URL; give one of {Known}");
        string scheme = SchemeOf(text);
        return scheme switch
        {
            "" => new GatewayUrl(GatewayScheme.File, System.IO.Path.GetFullPath(text)),
            "file" => new GatewayUrl(GatewayScheme.File, FolderOf(text)),
            "memory" when text.AsSpan("memory:".Length).Trim('/').IsEmpty => new GatewayUrl(GatewayScheme.Memory, ""),
            "memory" => throw new StorageException(StorageErrorKind.InvalidName, "open", "", "the memory has no places: write 'memory:' alone"),
            "s3" => new GatewayUrl(GatewayScheme.S3, "") { S3 = S3Url.Parse(text) },
            "http" or "https" => new GatewayUrl(GatewayScheme.Http, "") { Http = HttpUrl.Parse(text) },
            "fpcloud+http" or "fpcloud+https" => new GatewayUrl(GatewayScheme.FpCloud, "") { Cloud = CloudUrl.Parse(text) },
            "dav+http" or "dav+https" => new GatewayUrl(GatewayScheme.Dav, "") { Dav = WebDavUrl.Parse(text) },
            "sim" => new GatewayUrl(GatewayScheme.Simulated, "") { Simulated = SimulatedUrl.Parse(text) },
            _ => throw new StorageException(StorageErrorKind.Unsupported, "open", "", $"nobody knows the scheme '{scheme}:'; known are {Known}"),
        };
    }

    /// <summary>Opens the objects at this place, as they are: no call is repeated. A folder that is not there is made.</summary>
    /// <exception cref="StorageException">As the provider fails.</exception>
    public IDataGateway OpenData(GatewayOptions options) => Scheme switch
    {
        GatewayScheme.File => OpenFolder(options),
        GatewayScheme.Memory => new MemoryDataGateway(options.Time),
        GatewayScheme.Http => new HttpDataGateway(Http!.Address, Http.Database, options),
        GatewayScheme.S3 => new S3DataGateway(S3!.Options, options),
        GatewayScheme.Dav => Dav!.Open(options),
        GatewayScheme.FpCloud => new CloudDataGateway(new CloudLine(Cloud!, options), ownsLine: true),
        GatewayScheme.Simulated => new SimulatedStore(Simulated!, options).Open(),
        _ => throw new InvalidOperationException($"{Scheme} is no kind of provider."),
    };

    /// <summary>Opens a database at this place. What fails in passing on a server is asked for again, unless it must not be. Nothing is made before <see cref="IDeviceStore.PrepareAsync"/>.</summary>
    /// <param name="databaseName">The database's name.</param>
    /// <param name="options">What the gateways take from outside.</param>
    /// <exception cref="StorageException">InvalidName for the name; NotAuthorized when nothing says which ledger of an endpoint of the cloud protocol.</exception>
    public IDeviceStore OpenDevice(string databaseName, GatewayOptions options) => Scheme switch
    {
        GatewayScheme.File => new FolderDeviceStore(Path, databaseName, options),
        GatewayScheme.Memory => new MemoryDeviceStore(databaseName, options.Time),
        GatewayScheme.Http => new HttpDeviceStore(Http!.Address, databaseName, options, RetryOptions.Of(options)),
        GatewayScheme.S3 => S3!.OpenDevice(databaseName, options),
        GatewayScheme.Dav => new RemoteDeviceStore(Dav!.OpenPatiently(options), databaseName, options, ownsStore: true),
        GatewayScheme.FpCloud => new CloudDeviceStore(Cloud!, options, RetryOptions.Of(options)),
        GatewayScheme.Simulated => new SimulatedStore(Simulated!, options).OpenDatabase("", databaseName),
        _ => throw new InvalidOperationException($"{Scheme} is no kind of provider."),
    };

    /// <summary>The kind; for a folder its path, for other places their URL. Never a credential.</summary>
    public override string ToString() => Scheme switch
    {
        GatewayScheme.File => Path,
        GatewayScheme.Memory => "memory:",
        GatewayScheme.Http => Http!.ToString(),
        GatewayScheme.S3 => S3!.ToString(),
        GatewayScheme.Dav => Dav!.ToString(),
        GatewayScheme.FpCloud => Cloud!.ToString(),
        GatewayScheme.Simulated => Simulated!.ToString(),
        _ => Scheme.ToString(),
    };

    // A scheme is two characters and more, so that a drive letter is none; a path may hold a colon after its first slash.
    private static string SchemeOf(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(text[0]))
            return "";
        for (int i = 1; i < colon; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.'))
                return "";
        }

        return text[..colon].ToLowerInvariant();
    }

    private static string FolderOf(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || !(url.Host.Length == 0 || url.IsLoopback) || !text.AsSpan("file:".Length).StartsWith("/"))
            throw new StorageException(StorageErrorKind.InvalidName, "open", "", "a folder's URL is file:/// and an absolute path on this machine");

        // With a host, even this machine's, the local path is a share's.
        return System.IO.Path.GetFullPath(url.Host.Length == 0 ? url.LocalPath : Uri.UnescapeDataString(url.AbsolutePath));
    }

    private FileDataGateway OpenFolder(GatewayOptions options)
    {
        try
        {
            _ = Directory.CreateDirectory(Path);
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.ToStorage(FilesystemFailures.FromException(exception, Path), "open", Path);
        }

        return new FileDataGateway(Path, options);
    }
}
