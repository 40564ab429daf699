using System.Net;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Objects as files of a WebDAV server: the key is the path below a folder. Listings are PROPFIND walks; missing folders are made.</summary>
/// <remarks>
/// <para>What the server does is found out once, by some forty small requests in a reserved folder (<c>.fireproofbench/</c>) that leave nothing behind: when
/// <see cref="ProbeAsync"/> is called, else before the first write. Until then the traits claim no condition. A condition that the server ignores, or looks at only
/// when a put begins, is refused here as Unsupported before anything is sent.</para>
/// <para>A put is one PUT where the server shows an object only when it is whole; elsewhere it is a PUT under a temporary name and a MOVE. No request is repeated.
/// Puts give no version where the server tells none in its answer.</para>
/// <para>A key cannot be a folder of another: <c>a</c> and <c>a/b</c> do not both fit, the second is refused as InvalidName. Deletes leave empty folders, and a folder
/// is never removed: it would go with what others put there. Names that start with <c>.davfs.tmp</c> are Apache's own, and
/// control characters are refused: some servers keep them under other names, which shows only after a restart.</para>
/// </remarks>
public sealed partial class WebDavDataGateway : IDataGateway, IProbedGateway
{
    private const string ServersOwn = ".davfs.tmp";

    private readonly WebDavOptions _options;
    private readonly IEntropy _entropy;
    private readonly TimeProvider _time;
    private readonly WebDavConnection _connection;
    private readonly FifoGate _starting = new();
    private volatile WebDavCapabilities? _capabilities;
    private volatile bool _hasBase;

    /// <summary>A folder of a server. Nothing is sent yet.</summary>
    /// <param name="dav">Which folder, and how to use it.</param>
    /// <param name="options">Clock and randomness.</param>
    /// <exception cref="StorageException">InvalidName for an address that is none.</exception>
    public WebDavDataGateway(WebDavOptions dav, GatewayOptions options)
    {
        if (dav.Address.Scheme is not ("http" or "https") || dav.Address is not { UserInfo: "", Query: "", Fragment: "" })
            throw new StorageException(StorageErrorKind.InvalidName, "open", "", "the address of a WebDAV folder is http or https, without a user or parameters");
        _options = dav;
        _entropy = options.Entropy;
        _time = options.Time;
        _connection = new WebDavConnection(dav, options);
    }

    private WebDavDataGateway(WebDavOptions dav, GatewayOptions options, WebDavCapabilities? known)
        : this(dav, options) => _capabilities = known;

    /// <summary>What the server was found to do; null before it was asked.</summary>
    internal WebDavCapabilities? Capabilities => _capabilities;

    /// <summary>What the server can do, as far as it is known.</summary>
    public DataTraits Traits
    {
        get
        {
            WebDavCapabilities known = _capabilities ?? WebDavCapabilities.Unknown;
            return new DataTraits
            {
                Provider = "WebDAV",
                ConditionalCreate = known.KeepsCreate,
                ConditionalReplace = known.KeepsReplace,
                ConditionalDelete = known.KeepsDelete,
                Ignored = known.Ignored,
                Quirks = known.Quirks,
                OrderedListing = true,
                StronglyConsistent = true,
                MaxKeyLength = ObjectKey.MaxLength,
            };
        }
    }

    /// <summary>Finds out what the server does, unless that is known, and makes the folder where that was wanted.</summary>
    /// <exception cref="StorageException">As the server fails: MissingContainer, NotAuthorized; Permanent when it is no WebDAV server.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellation)
    {
        if (_capabilities is not null)
            return;
        await _starting.EnterAsync(cancellation);
        try
        {
            await AskOnceAsync(cancellation);
        }
        finally
        {
            _starting.Leave();
        }
    }

    /// <inheritdoc/>
    public IDataGateway Reopen(GatewayOptions options) => new WebDavDataGateway(_options with { Create = false }, options, _capabilities);

    /// <inheritdoc/>
    public async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        if (range is { } asked)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(asked.Offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(asked.Length, nameof(range));
        }

        Check(key, "get");
        using HttpAnswer answer = await _connection.GetAsync(key, range, headOnly: false, cancellation);
        switch (answer.Status)
        {
            case HttpStatusCode.OK when !await IsPageAsync(answer, key, "get", cancellation):
                return range is null ? await WholeAsync(answer, key) : await CutAsync(answer, key, range.Value);
            case HttpStatusCode.PartialContent when range is not null:
                return await PartAsync(answer, key, range.Value);
            case HttpStatusCode.RequestedRangeNotSatisfiable when range is not null:
                return await BehindAsync(answer, key, range.Value, cancellation);
            default:
                await RequireAbsenceAsync(answer, key, "get", cancellation);
                return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        Check(key, "head");
        using HttpAnswer answer = await _connection.GetAsync(key, null, headOnly: true, cancellation);
        if (answer.Status == HttpStatusCode.OK && !await IsPageAsync(answer, key, "head", cancellation))
        {
            // Apache leaves the length out when it is 0.
            long? length = answer.Length ?? (await _connection.LookAsync(key, "head", cancellation))?.Length;
            return Describe(answer, key, length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the server does not say how long the object is"));
        }

        await RequireAbsenceAsync(answer, key, "head", cancellation);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        cancellation.ThrowIfCancellationRequested();

        // No key can start with what is no key.
        int slash = prefix.LastIndexOf('/');
        if (slash == 0 || (slash > 0 && (ObjectKey.Complaint(prefix[..slash]) is not null || ReservedFolder.Holds(prefix))))
            return new ListPage([], null);
        WebDavListing listing = new(_connection, prefix, after, limit, cancellation);
        ListPage page = await listing.RunAsync();
        if (!listing.FoundFolder)
            await RequireBaseAsync("list", cancellation);
        return page;
    }

    /// <summary>Closes the connections. Objects stay.</summary>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether a name is one that a server gives its own files.</summary>
    internal static bool IsServers(string segment) => segment.StartsWith(ServersOwn, StringComparison.Ordinal);

    /// <summary>An object as a listing tells of it.</summary>
    internal static ObjectInfo Describe(string key, WebDavEntry entry)
    {
        string version = WebDavVersion.Of(entry.EntityTag);
        if (version.Length == 0 && entry is { Modified: { } modified, Length: { } length })
            version = WebDavVersion.OfTimeAndLength(modified, length);
        return new ObjectInfo(key, entry.Length ?? 0, version, entry.Modified);
    }

    private static ObjectInfo Describe(HttpAnswer answer, string key, long length) => new(
        key,
        length,
        answer.Message.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? WebDavVersion.Of(tags.First()) : "",
        answer.Message.Content.Headers.LastModified);

    private static async ValueTask<ObjectContent> WholeAsync(HttpAnswer answer, string key)
    {
        byte[] bytes = await answer.ReadAsync(ObjectContent.MaxLength);
        return new ObjectContent(bytes, Describe(answer, key, bytes.Length));
    }

    // The server gave all where a part was asked for.
    private static async ValueTask<ObjectContent> CutAsync(HttpAnswer answer, string key, ByteRange range)
    {
        long length = answer.Length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the server knows no ranges and does not say how long the object is");
        ObjectInfo info = Describe(answer, key, length);
        long wanted = Math.Min(range.Length, length - range.Offset);
        if (wanted <= 0)
            return new ObjectContent(ReadOnlyMemory<byte>.Empty, info);
        byte[] bytes = await answer.ReadPartAsync(range.Offset, wanted, ObjectContent.MaxLength);
        return bytes.Length == wanted ? new ObjectContent(bytes, info) : throw answer.Wrong(StorageErrorKind.Transient, "the answer ended early");
    }

    private static async ValueTask<ObjectContent> PartAsync(HttpAnswer answer, string key, ByteRange range)
    {
        if (answer.Message.Content.Headers.ContentRange is not { Unit: "bytes", From: { } from, To: { } to, Length: { } length }
            || from != range.Offset || to < from || to >= length || to - from + 1 != Math.Min(range.Length, length - from))
            throw answer.Wrong(StorageErrorKind.Corrupt, "the answer is another range than was asked for");
        byte[] bytes = await answer.ReadAsync(Math.Min(to - from + 1, ObjectContent.MaxLength));
        return bytes.Length == to - from + 1
            ? new ObjectContent(bytes, Describe(answer, key, length))
            : throw answer.Wrong(StorageErrorKind.Corrupt, $"{bytes.Length} bytes came as a range of {to - from + 1}");
    }

    private async ValueTask AskOnceAsync(CancellationToken cancellation)
    {
        if (_capabilities is not null)
            return;
        await RequireBaseAsync("open", cancellation);
        WebDavCapabilities found = await new WebDavProbe(_connection, _entropy, _time).RunAsync(cancellation);
        _capabilities = found with { WritesInPlace = _options.MoveIntoPlace ?? found.WritesInPlace };
    }

    // A range behind the end: only the length is wanted then, which not every server tells with its refusal.
    private async ValueTask<ObjectContent?> BehindAsync(HttpAnswer answer, string key, ByteRange range, CancellationToken cancellation)
    {
        if (await HeadAsync(key, cancellation) is not { } info)
            return null;
        return range.Offset >= info.Length
            ? new ObjectContent(ReadOnlyMemory<byte>.Empty, info)
            : throw answer.Wrong(StorageErrorKind.Transient, "the object was replaced by a longer one meanwhile; read it again");
    }

    // Servers have pages for folders, and portals and proxies on the way have theirs; an object has a tag or a time. Where it has neither its listing has to tell of it.
    private async ValueTask<bool> IsPageAsync(HttpAnswer answer, string key, string operation, CancellationToken cancellation)
    {
        if (answer.Message.Headers.ETag is not null || answer.Message.Content.Headers.LastModified is not null)
            return false;
        WebDavEntry? there = await _connection.LookAsync(key, operation, cancellation);
        if (there is { IsCollection: true })
            return true;
        return there is { Length: { } length } && length == answer.Length && !answer.IsHtml
            ? false
            : throw answer.Wrong(StorageErrorKind.Permanent, "a page for people, or an error, came in place of the object; check the address and what is on the way");
    }

    // Absence is believed only when the folder itself is there: an unmounted one would look like an empty store.
    private async ValueTask RequireAbsenceAsync(HttpAnswer answer, string key, string operation, CancellationToken cancellation)
    {
        switch ((int)answer.Status)
        {
            case 404 or 410:
                await RequireBaseAsync(operation, cancellation);
                return;

            // Folders: nginx names the path with a slash, rclone allows no GET, others forbid it; and a path through an object is a bad one for Apache.
            case 200 or 301 or 302 or 307 or 308 or 400 or 403 or 405 or 409:
                if (answer.Status == HttpStatusCode.OK)
                    return;
                if (await _connection.LookAsync(key, operation, cancellation) is not (null or { IsCollection: true }))
                    throw answer.Refusal();

                // Who refuses everything would look empty.
                await RequireBaseAsync(operation, cancellation);
                return;
            default:
                throw answer.Refusal();
        }
    }

    private async ValueTask RequireBaseAsync(string operation, CancellationToken cancellation)
    {
        if (await _connection.LookAsync("", operation, cancellation) is not { } found)
        {
            // Made only before it was ever seen: one that vanished is an outage.
            if (!_options.Create || _hasBase)
                throw Missing(operation, "the folder is not there; create it, or add create=true to the URL");
            for (int depth = 1; depth <= _connection.BaseSegments.Count; depth++)
                await _connection.MakeBaseAsync(depth, cancellation);
            found = await _connection.LookAsync("", operation, cancellation) ?? throw Missing(operation, "the folder is not there and cannot be made");
        }

        if (!found.IsCollection)
            throw Missing(operation, "an object stands where the folder should be");
        _hasBase = true;
    }

    private StorageException Missing(string operation, string reason) => new(StorageErrorKind.MissingContainer, operation, _options.ToString(), reason);

    private static void Check(string key, string operation)
    {
        ObjectKey.Check(key, operation);
        if (ReservedFolder.Holds(key))
            throw new StorageException(StorageErrorKind.InvalidName, operation, key, $"'{ReservedFolder.Name}' is kept for the gateway's own files");
        if (key.Any(char.IsControl))
            throw new StorageException(StorageErrorKind.InvalidName, operation, ObjectKey.Printable(key), "not every WebDAV server keeps control characters in names");
        foreach (string segment in key.Split('/'))
        {
            if (IsServers(segment))
                throw new StorageException(StorageErrorKind.InvalidName, operation, key, $"names that start with '{ServersOwn}' are some servers' own");
        }
    }
}
