using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Http;

/// <summary>The objects of one database at an HTTP endpoint.</summary>
/// <remarks>
/// <para>An answer without the endpoint's mark is somebody else's, whatever its status: a page of a proxy is never data, and its "not found" never an absence.</para>
/// <para>When the answer to a conditional put is lost, the endpoint is asked which write made the object that is there: if it was this one, the put succeeded; if that
/// cannot be told, it fails as Ambiguous.</para>
/// <para>What the endpoint's store can do is asked once, when <see cref="ProbeAsync"/> is called; until then the traits promise neither conditions nor that a read sees
/// every write before it. A condition is sent all the same: an endpoint whose store does not keep it refuses it as Unsupported.</para>
/// </remarks>
public sealed class HttpDataGateway : IDataGateway, IProbedGateway
{
    /// <summary>Most keys that are asked for in one page.</summary>
    public const int MaxPage = 1000;

    private readonly HttpEndpoint _endpoint;
    private readonly bool _ownsEndpoint;
    private volatile DataTraits _traits;
    private volatile bool _isProbed;

    /// <summary>The objects of a database. Nothing is sent yet.</summary>
    /// <param name="address">Where the endpoint is: scheme, host, port, and the path that it is under.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <exception cref="StorageException">InvalidName for the database.</exception>
    public HttpDataGateway(Uri address, string database, GatewayOptions options)
        : this(new HttpEndpoint(address, database, options), ownsEndpoint: true)
    {
    }

    internal HttpDataGateway(HttpEndpoint endpoint, bool ownsEndpoint)
    {
        _endpoint = endpoint;
        _ownsEndpoint = ownsEndpoint;
        _traits = new DataTraits
        {
            Provider = "HTTP",
            OrderedListing = true,

            // The endpoint's store has the database's name before each key.
            MaxKeyLength = ObjectKey.MaxLength - Encoding.UTF8.GetByteCount(endpoint.Database) - 1,
        };
    }

    /// <summary>What the endpoint's store can do, as far as it is known.</summary>
    public DataTraits Traits => _traits;

    /// <summary>Asks the endpoint what its store can do, unless that is known.</summary>
    /// <exception cref="StorageException">As the endpoint fails: NotAuthorized, Transient; Permanent when it is no endpoint.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellation)
    {
        if (_isProbed)
            return;
        HttpRequestMessage request = new(HttpMethod.Get, _endpoint.AddressOf("store"));
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("open", "", HttpEffect.Reads), cancellation);
        if (answer.Status != HttpStatusCode.OK)
            throw await HttpEndpoint.RefusalAsync(answer);
        byte[] body = await answer.ReadAsync(StoreJson.MaxLength);
        try
        {
            _traits = StoreJson.Read(body, _traits);
            _isProbed = true;
        }
        catch (FormatException wrong)
        {
            throw answer.Wrong(StorageErrorKind.Permanent, wrong.Message);
        }
    }

    /// <inheritdoc/>
    public IDataGateway Reopen(GatewayOptions options) => new HttpDataGateway(_endpoint.Reopen(options), ownsEndpoint: true) { _traits = _traits, _isProbed = _isProbed };

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        PutAsync(key, new HttpUpload(content), condition, cancellation);

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        PutAsync(key, new HttpUpload(content, key), condition, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        if (range is { } asked)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(asked.Offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(asked.Length, nameof(range));
        }

        ObjectKey.Check(key, "get");
        HttpRequestMessage request = new(HttpMethod.Get, _endpoint.AddressOfObject(key));
        if (range is { } part)
            request.Headers.Range = new RangeHeaderValue(part.Offset, part.Length > long.MaxValue - part.Offset ? null : part.Offset + part.Length - 1);
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("get", key, HttpEffect.Reads), cancellation);
        switch (answer.Status)
        {
            case HttpStatusCode.OK:
                return await ReadWholeAsync(answer, key, range);
            case HttpStatusCode.PartialContent when range is { } wanted:
                return await ReadPartAsync(answer, key, wanted);
            case HttpStatusCode.RequestedRangeNotSatisfiable when range is not null && answer.Message.Content.Headers.ContentRange?.Length is { } length:
                return new ObjectContent(ReadOnlyMemory<byte>.Empty, Describe(answer, key, length));
            default:
                return HttpEndpoint.IsAbsence(answer) ? null : throw await HttpEndpoint.RefusalAsync(answer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => (await HeadAsync(key, "head", cancellation))?.Info;

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        ObjectKey.Check(key, "delete");
        HttpRequestMessage request = new(HttpMethod.Delete, _endpoint.AddressOfObject(key));
        if (version is not null)
            AddMatch(request, version);
        HttpCall call = new("delete", key, version is null ? HttpEffect.Repeatable : HttpEffect.Once);
        using HttpAnswer answer = await _endpoint.SendAsync(request, call, cancellation);
        if (answer.Status is HttpStatusCode.NoContent)
            return true;
        return HttpEndpoint.IsAbsence(answer) ? false : throw await HttpEndpoint.RefusalAsync(answer);
    }

    /// <inheritdoc/>
    public async ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        string place = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
        HttpRequestMessage request = new(
            HttpMethod.Get,
            _endpoint.AddressOf(string.Create(CultureInfo.InvariantCulture, $"objects?limit={Math.Min(limit, MaxPage)}&prefix={Uri.EscapeDataString(prefix)}{place}")));
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("list", prefix, HttpEffect.Reads), cancellation);
        if (answer.Status != HttpStatusCode.OK)
            throw await HttpEndpoint.RefusalAsync(answer);
        byte[] body = await answer.ReadAsync(ListJsonReader.MaxLength);
        try
        {
            return ListJsonReader.Read(body);
        }
        catch (FormatException wrong)
        {
            throw answer.Wrong(StorageErrorKind.Permanent, $"the listing cannot be read: {wrong.Message}");
        }
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        if (_ownsEndpoint)
            _endpoint.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void AddMatch(HttpRequestMessage request, string version)
    {
        // An empty version is what providers give that have none: nothing has it.
        if (version.Length == 0)
            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", "", "an empty version is none that an object could have");
        _ = request.Headers.TryAddWithoutValidation("If-Match", EntityTag.Write(version));
    }

    private async ValueTask<string> PutAsync(string key, HttpUpload body, PutCondition condition, CancellationToken cancellation)
    {
        ObjectKey.Check(key, "put");
        HttpRequestMessage request = new(HttpMethod.Put, _endpoint.AddressOfObject(key)) { Content = body };
        bool isConditional = condition.IsIfAbsent || condition.Version is not null;
        string writeId = isConditional ? NewWriteId() : "";
        if (condition.IsIfAbsent)
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        else if (condition.Version is { } version)
            AddMatch(request, version);
        if (isConditional)
            request.Headers.Add(EndpointHeaders.WriteId, writeId);
        try
        {
            using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("put", key, isConditional ? HttpEffect.Once : HttpEffect.Repeatable), cancellation);
            return answer.Status is HttpStatusCode.Created or HttpStatusCode.NoContent ? VersionOf(answer) : throw await HttpEndpoint.RefusalAsync(answer);
        }
        catch (StorageException lost) when (lost.Kind == StorageErrorKind.Ambiguous)
        {
            return await SettleAsync(key, writeId, lost, cancellation);
        }
    }

    // Only what is proven is said: "not there" can still come late, and another's write can stand over this one.
    private async ValueTask<string> SettleAsync(string key, string writeId, StorageException lost, CancellationToken cancellation)
    {
        try
        {
            if (await HeadAsync(key, "put", cancellation) is { } there && there.WriteId == writeId)
                return there.Info.Version;
        }
        catch (StorageException)
        {
            // What is wrong now is told by the next call; this one is ambiguous.
            throw lost;
        }

        // Nothing is under way after an answer, and it asked to come again: the put may.
        throw lost.RetryAfter is { } wait ? new StorageException(StorageErrorKind.Throttled, lost.Operation, lost.Key, lost.Reason, lost) { RetryAfter = wait } : lost;
    }

    private async ValueTask<(ObjectInfo Info, string? WriteId)?> HeadAsync(string key, string operation, CancellationToken cancellation)
    {
        ObjectKey.Check(key, operation);
        HttpRequestMessage request = new(HttpMethod.Head, _endpoint.AddressOfObject(key));
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall(operation, key, HttpEffect.Reads), cancellation);
        if (HttpEndpoint.IsAbsence(answer))
            return null;
        if (answer.Status != HttpStatusCode.OK)
            throw await HttpEndpoint.RefusalAsync(answer);
        long length = answer.Length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the answer does not say how long the object is");
        string? writeId = answer.Message.Headers.TryGetValues(EndpointHeaders.WriteId, out IEnumerable<string>? ids) ? ids.FirstOrDefault() : null;
        return (Describe(answer, key, length), writeId);
    }

    private static async ValueTask<ObjectContent> ReadWholeAsync(HttpAnswer answer, string key, ByteRange? range)
    {
        if (range is not { } part)
        {
            byte[] whole = await answer.ReadAsync(ObjectContent.MaxLength);
            return new ObjectContent(whole, Describe(answer, key, whole.Length));
        }

        // Somebody on the way took the range off.
        long length = answer.Length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the answer does not say how long the object is");
        byte[] bytes = part.Offset >= length ? [] : await answer.ReadPartAsync(part.Offset, Math.Min(part.Length, length - part.Offset), ObjectContent.MaxLength);
        return new ObjectContent(bytes, Describe(answer, key, length));
    }

    private static async ValueTask<ObjectContent> ReadPartAsync(HttpAnswer answer, string key, ByteRange wanted)
    {
        ContentRangeHeaderValue? range = answer.Message.Content.Headers.ContentRange;
        if (range is not { Unit: "bytes", From: { } from, To: { } to, Length: { } length } || from != wanted.Offset
            || to != Math.Min(length, wanted.Length > long.MaxValue - wanted.Offset ? long.MaxValue : wanted.Offset + wanted.Length) - 1)
            throw answer.Wrong(StorageErrorKind.Corrupt, "the answer is another range than was asked for");
        byte[] bytes = await answer.ReadAsync(ObjectContent.MaxLength);
        if (bytes.Length != to - from + 1)
            throw answer.Wrong(StorageErrorKind.Corrupt, $"{bytes.Length} bytes came for a range of {to - from + 1}");
        return new ObjectContent(bytes, Describe(answer, key, length));
    }

    private static ObjectInfo Describe(HttpAnswer answer, string key, long length) => new(key, length, VersionOf(answer), answer.Message.Content.Headers.LastModified);

    private static string VersionOf(HttpAnswer answer) =>
        answer.Message.Headers.ETag is { IsWeak: false, Tag: var tag } && EntityTag.TryRead(tag, out string? version) ? version : "";

    private string NewWriteId()
    {
        Span<byte> random = stackalloc byte[16];
        _endpoint.Options.Entropy.Fill(random);
        return Convert.ToHexStringLower(random);
    }
}
