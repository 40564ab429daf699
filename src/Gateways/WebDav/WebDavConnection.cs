using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Requests to one folder of a WebDAV server, by paths below it: a key, or a folder with a slash at its end; empty for the folder itself.</summary>
internal sealed class WebDavConnection : IDisposable
{
    private static readonly HttpMethod s_propfind = new("PROPFIND");
    private static readonly HttpMethod s_mkcol = new("MKCOL");
    private static readonly HttpMethod s_move = new("MOVE");
    private static readonly byte[] s_wanted =
        """<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>"""u8.ToArray();

    private readonly HttpTransport _transport;
    private readonly string _server;
    private readonly string _base;

    public WebDavConnection(WebDavOptions options, GatewayOptions gateway)
    {
        AuthenticationHeaderValue? authorization = options.User is null ? null : new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}")));
        _transport = new HttpTransport(new HttpTransportOptions { Time = gateway.Time, Authorization = authorization, IdlePatience = options.IdlePatience, Wire = gateway.Wire });
        _server = HttpFailures.ServerOf(options.Address);
        _base = options.Address.AbsolutePath.TrimEnd('/') + "/";
        BaseSegments = WebDavPath.Segments(_base) ?? throw new StorageException(StorageErrorKind.InvalidName, "open", "", "the path of the URL is no UTF-8");
    }

    /// <summary>The folder's own path on the server, decoded.</summary>
    public IReadOnlyList<string> BaseSegments { get; }

    /// <summary>Asks for an object or its head.</summary>
    public ValueTask<HttpAnswer> GetAsync(string key, ByteRange? range, bool headOnly, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(headOnly ? HttpMethod.Head : HttpMethod.Get, AddressOf(key));
        if (range is { } part)
        {
            long? last = part.Offset > long.MaxValue - part.Length ? null : part.Offset + part.Length - 1;
            request.Headers.Range = new RangeHeaderValue(part.Offset, last);
        }

        return _transport.SendAsync(request, new HttpCall(headOnly ? "head" : "get", key, HttpEffect.Reads), cancellation);
    }

    /// <summary>Sends an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="condition">Sent as the standard has it.</param>
    /// <param name="named">The key that failures name.</param>
    /// <param name="cancellation">Ends the call.</param>
    public ValueTask<HttpAnswer> PutAsync(string key, HttpUpload body, PutCondition condition, string named, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Put, AddressOf(key)) { Content = body };
        if (condition.IsIfAbsent)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        else if (condition.Version is { } version)
            _ = request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        bool isConditional = condition.IsIfAbsent || condition.Version is not null;
        return _transport.SendAsync(request, new HttpCall("put", named, isConditional ? HttpEffect.Once : HttpEffect.Repeatable), cancellation);
    }

    /// <summary>Gives an object another name.</summary>
    /// <param name="from">Its name.</param>
    /// <param name="to">The other one.</param>
    /// <param name="overwrite">Whether it may take the place of what has that name.</param>
    /// <param name="cancellation">Ends the call.</param>
    public ValueTask<HttpAnswer> MoveAsync(string from, string to, bool overwrite, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(s_move, AddressOf(from));
        request.Headers.Add("Destination", TextOf(to));
        request.Headers.Add("Overwrite", overwrite ? "T" : "F");
        return _transport.SendAsync(request, new HttpCall("put", to, HttpEffect.Repeatable), cancellation);
    }

    /// <summary>Removes an object. Servers that look at it refuse the depth for a folder, which would go with all that is in it.</summary>
    public ValueTask<HttpAnswer> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Delete, AddressOf(key));
        request.Headers.Add("Depth", "0");
        if (version is not null)
            _ = request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        return _transport.SendAsync(request, new HttpCall("delete", key, version is null ? HttpEffect.Repeatable : HttpEffect.Once), cancellation);
    }

    /// <summary>Removes a folder with all that is in it.</summary>
    public ValueTask<HttpAnswer> RemoveFolderAsync(string folder, CancellationToken cancellation) =>
        _transport.SendAsync(new HttpRequestMessage(HttpMethod.Delete, AddressOf(folder)), new HttpCall("open", "", HttpEffect.Repeatable), cancellation);

    /// <summary>Makes a folder below a folder that is there.</summary>
    /// <param name="folder">With a slash at its end.</param>
    /// <param name="named">The key that failures name.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask<HttpStatusCode> MakeFolderAsync(string folder, string named, CancellationToken cancellation)
    {
        using HttpAnswer answer = await _transport.SendAsync(
            new HttpRequestMessage(s_mkcol, AddressOf(folder)), new HttpCall("put", named, HttpEffect.Repeatable), cancellation);
        return (int)answer.Status is 401 or 429 or 503 or 507 ? throw answer.Refusal() : answer.Status;
    }

    /// <summary>Makes a folder on the way to the gateway's own.</summary>
    /// <param name="depth">How many segments of the own path.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask MakeBaseAsync(int depth, CancellationToken cancellation)
    {
        string path = "/" + string.Concat(BaseSegments.Take(depth).Select(static s => Uri.EscapeDataString(s) + "/"));
        using HttpAnswer answer = await _transport.SendAsync(
            new HttpRequestMessage(s_mkcol, UriOf(_server + path)), new HttpCall("open", "", HttpEffect.Repeatable), cancellation);
        if ((int)answer.Status is 401 or 429 or 503 or 507)
            throw answer.Refusal();
    }

    /// <summary>What stands under a path; null when nothing does.</summary>
    public async ValueTask<WebDavEntry?> LookAsync(string path, string operation, CancellationToken cancellation)
    {
        HttpCall call = new(operation, path, HttpEffect.Reads);
        using HttpAnswer answer = await FindAsync(path, "0", call, cancellation);
        if (!IsListing(answer))
            return null;
        WebDavEntry? found = null;
        await foreach (WebDavEntry entry in MultistatusReader.ReadAsync(answer, cancellation))
            found ??= entry;
        return found ?? throw answer.Wrong(StorageErrorKind.Permanent, "the listing names nothing");
    }

    /// <summary>What a folder holds, the folder itself included, in the server's order; null when there is no such folder.</summary>
    public async ValueTask<IAsyncEnumerable<WebDavEntry>?> ListAsync(string folder, string prefix, CancellationToken cancellation)
    {
        HttpAnswer answer = await FindAsync(folder, "1", new HttpCall("list", prefix, HttpEffect.Reads), cancellation);
        try
        {
            if (IsListing(answer))
                return ReadAsync(answer, cancellation);
            answer.Dispose();
            return null;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static async IAsyncEnumerable<WebDavEntry> ReadAsync(HttpAnswer answer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using (answer)
        {
            await foreach (WebDavEntry entry in MultistatusReader.ReadAsync(answer, cancellation))
                yield return entry;
        }
    }

    // A path through an object is no path: servers answer 400 or 409 there.
    private static bool IsListing(HttpAnswer answer) => (int)answer.Status switch
    {
        207 when !answer.IsHtml => true,
        404 or 410 or 400 or 409 => false,
        200 or 207 or 405 or 501 => throw answer.Wrong(StorageErrorKind.Permanent, "the server does not speak WebDAV at this address; check the address, and that PROPFIND is allowed"),
        _ => throw answer.Refusal(),
    };

    private ValueTask<HttpAnswer> FindAsync(string path, string depth, HttpCall call, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(s_propfind, AddressOf(path)) { Content = new HttpUpload(s_wanted, "application/xml") };
        request.Headers.Add("Depth", depth);
        return _transport.SendAsync(request, call, cancellation);
    }

    private string TextOf(string path) => _server + _base + WebDavPath.Encode(path);

    private Uri AddressOf(string path) => UriOf(TextOf(path));

    // The path goes out as it is: the runtime would take some characters out of their encoding.
    private static Uri UriOf(string text) => new(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
