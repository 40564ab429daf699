using System.Net;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Gateways.Cloud;

/// <summary>The files of one ledger at an endpoint of the cloud protocol: each by an address that the endpoint gives for it.</summary>
/// <remarks>
/// The protocol knows files named by their content, and nothing else: <c>data/&lt;cid&gt;.car</c> and <c>data/&lt;cid&gt;</c>. It has no listing, no conditions and no versions; each is
/// refused as Unsupported.
/// </remarks>
public sealed class CloudDataGateway : IDataGateway
{
    private const string Folder = "data/";
    private const string Suffix = ".car";

    private readonly CloudLine _line;
    private readonly bool _ownsLine;

    /// <summary>The files of a ledger. Nothing is sent yet.</summary>
    /// <param name="place">Where the endpoint is: <c>fpcloud+http(s)://host:port/path?tenant=T&amp;ledger=L</c>; without tenant and ledger those that the token selects.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <exception cref="StorageException">InvalidName for the URL; NotAuthorized when nothing says which ledger.</exception>
    public CloudDataGateway(string place, GatewayOptions options)
        : this(new CloudLine(CloudUrl.Parse(place), options), ownsLine: true)
    {
    }

    internal CloudDataGateway(CloudLine line, bool ownsLine)
    {
        _line = line;
        _ownsLine = ownsLine;
    }

    /// <inheritdoc/>
    public DataTraits Traits { get; } = new() { Provider = "cloud protocol", StronglyConsistent = true, Quirks = ["The protocol has no listing: garbage is not collected, and attached files are sent anew."] };

    /// <inheritdoc/>
    public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        if (condition != PutCondition.None)
            throw Unsupported("put", key, "the protocol has no conditions");
        (string store, string name) = Split(key, "put");
        HttpCall call = new("put", key, HttpEffect.Repeatable);
        _line.IsSealed |= SealedFile.IsSealed(content.Span);
        Uri address = await _line.FindFileAsync("reqPutData", store, name, call, cancellation);
        using HttpAnswer answer = await _line.SendAsync(new HttpRequestMessage(HttpMethod.Put, address) { Content = new HttpUpload(content) }, call, cancellation);
        return (int)answer.Status is >= 200 and < 300 ? "" : throw answer.Refusal();
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        if (range is { } asked)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(asked.Offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(asked.Length, nameof(range));
        }

        using HttpAnswer? answer = await OpenAsync(key, "get", cancellation);
        if (answer is null)
            return null;
        if (range is { } part)
        {
            long whole = answer.Length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the answer does not say how long the file is");
            byte[] bytes = part.Offset >= whole ? [] : await answer.ReadPartAsync(part.Offset, Math.Min(part.Length, whole - part.Offset), ObjectContent.MaxLength);
            return new ObjectContent(bytes, new ObjectInfo(key, whole, "", null));
        }

        byte[] content = await answer.ReadAsync(ObjectContent.MaxLength);
        _line.IsSealed |= SealedFile.IsSealed(content);
        return new ObjectContent(content, new ObjectInfo(key, content.Length, "", null));
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        // An address is for one method, and there is none for the length alone: the body is left where it is.
        using HttpAnswer? answer = await OpenAsync(key, "head", cancellation);
        return answer is null ? null : new ObjectInfo(key, answer.Length ?? throw answer.Wrong(StorageErrorKind.Permanent, "the answer does not say how long the file is"), "", null);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        if (version is not null)
            throw Unsupported("delete", key, "the protocol has no conditions");
        (string store, string name) = Split(key, "delete");
        HttpCall call = new("delete", key, HttpEffect.Repeatable);
        Uri address = await _line.FindFileAsync("reqDelData", store, name, call, cancellation);
        using HttpAnswer answer = await _line.SendAsync(new HttpRequestMessage(HttpMethod.Delete, address), call, cancellation);
        return (int)answer.Status is >= 200 and < 300 || (answer.Status == HttpStatusCode.NotFound ? false : throw answer.Refusal());
    }

    /// <summary>The protocol has no listing.</summary>
    /// <exception cref="StorageException">Unsupported, always.</exception>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        ValueTask.FromException<ListPage>(Unsupported("list", prefix, "the protocol has no listing"));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_ownsLine)
            _line.Dispose();
        return ValueTask.CompletedTask;
    }

    // Null when it is not there.
    private async ValueTask<HttpAnswer?> OpenAsync(string key, string operation, CancellationToken cancellation)
    {
        (string store, string name) = Split(key, operation);
        HttpCall call = new(operation, key, HttpEffect.Reads);
        Uri address = await _line.FindFileAsync("reqGetData", store, name, call, cancellation);
        HttpAnswer answer = await _line.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), call, cancellation);
        if (answer.Status == HttpStatusCode.OK)
            return answer;
        using (answer)
            return answer.Status == HttpStatusCode.NotFound ? null : throw answer.Refusal();
    }

    private static (string Store, string Name) Split(string key, string operation)
    {
        if (key.StartsWith(Folder, StringComparison.Ordinal))
        {
            string name = key[Folder.Length..];
            bool isCar = name.EndsWith(Suffix, StringComparison.Ordinal);
            if (isCar)
                name = name[..^Suffix.Length];
            if (name.Length == Cid.TextLength && Cid.TryParse(name, out _))
                return (isCar ? "car" : "file", name);
        }

        throw new StorageException(StorageErrorKind.InvalidName, operation, key, "the protocol knows files named by their content: data/CID.car and data/CID");
    }

    private static StorageException Unsupported(string operation, string key, string reason) => new(StorageErrorKind.Unsupported, operation, key, reason);
}
