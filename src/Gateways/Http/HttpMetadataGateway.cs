using System.Net;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Http.Push;

namespace FireproofBench.Gateways.Http;

/// <summary>The heads of one database at an HTTP endpoint, with push.</summary>
/// <remarks>
/// <para>The endpoint merges: it adds an entry and removes the named ones in one transaction, so a publication whose answer was lost is repeated without harm.</para>
/// <para>A subscription goes over a WebSocket, over server-sent events where something on the way does not let sockets through, and by asking again where neither
/// gets through. When it breaks it is taken up where it broke, so nothing is missed; pauses between attempts grow to <see cref="LongestPause"/> and are jittered.</para>
/// </remarks>
public sealed class HttpMetadataGateway : IMetadataGateway
{
    /// <summary>The longest pause between two attempts to subscribe: 15 seconds.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private static readonly byte[] _nothing = [];

    private readonly HttpEndpoint _endpoint;
    private readonly bool _ownsEndpoint;
    private readonly CancellationTokenSource _closing = new();
    private MetaReading? _last;

    /// <summary>The heads of a database. Nothing is sent yet.</summary>
    /// <param name="address">Where the endpoint is: scheme, host, port, and the path that it is under.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <exception cref="StorageException">InvalidName for the database.</exception>
    public HttpMetadataGateway(Uri address, string database, GatewayOptions options)
        : this(new HttpEndpoint(address, database, options), ownsEndpoint: true)
    {
    }

    internal HttpMetadataGateway(HttpEndpoint endpoint, bool ownsEndpoint)
    {
        _endpoint = endpoint;
        _ownsEndpoint = ownsEndpoint;
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = new() { Provider = "HTTP", Push = true, SingleObject = false };

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
    {
        MetaReading? last = Volatile.Read(ref _last);
        HttpRequestMessage request = new(HttpMethod.Get, _endpoint.AddressOf("heads"));
        if (last is not null)
            _ = request.Headers.TryAddWithoutValidation("If-None-Match", EntityTag.Write(last.Version));
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("read heads", _endpoint.Database, HttpEffect.Reads), cancellation);
        if (answer.Status == HttpStatusCode.NotModified && last is not null)
            return last;
        if (answer.Status != HttpStatusCode.OK)
            throw await HttpEndpoint.RefusalAsync(answer);
        byte[] body = await answer.ReadAsync(HeadsJsonReader.MaxLength);
        try
        {
            HeadsSnapshot snapshot = HeadsJsonReader.ReadMessage(body).Snapshot ?? throw new FormatException("no snapshot");
            return Remember(new MetaReading(snapshot.Heads, snapshot.Cursor));
        }
        catch (FormatException wrong)
        {
            throw answer.Wrong(StorageErrorKind.Corrupt, $"the heads cannot be read: {wrong.Message}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Post, _endpoint.AddressOf("heads"))
        {
            Content = new HttpUpload(HeadsJson.Write(new Publication(entry, [.. superseded])), "application/json"),
        };
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("publish", _endpoint.Database, HttpEffect.Repeatable), cancellation);
        if (answer.Status != HttpStatusCode.OK)
            throw await HttpEndpoint.RefusalAsync(answer);
    }

    /// <summary>Yields the state at the start, when there is one, and then the newest state after changes: nothing falls between a reading and the subscription.</summary>
    /// <param name="cancellation">Ends the stream, without an error.</param>
    /// <exception cref="StorageException">NotAuthorized, InvalidName or Unsupported: what waiting does not mend. Outages are waited for.</exception>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        PushFollower follower = new(_endpoint, this, LongestPause);
        await using IAsyncEnumerator<MetaReading> readings = follower.FollowAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(readings, end.Token))
            yield return readings.Current;
    }

    /// <summary>Removes all heads. Needs the right to administer.</summary>
    internal async ValueTask ClearAsync(CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Delete, _endpoint.AddressOf("heads")) { Content = new HttpUpload(_nothing) };
        using HttpAnswer answer = await _endpoint.SendAsync(request, new HttpCall("remove heads", _endpoint.Database, HttpEffect.Repeatable), cancellation);
        if (answer.Status != HttpStatusCode.NoContent)
            throw await HttpEndpoint.RefusalAsync(answer);
    }

    /// <summary>Keeps a reading, to be given again when nothing changed.</summary>
    /// <returns>The kept one, when it is the same state.</returns>
    internal MetaReading Remember(MetaReading reading)
    {
        MetaReading? last = Volatile.Read(ref _last);
        if (last?.Version == reading.Version)
            return last;
        Volatile.Write(ref _last, reading);
        return reading;
    }

    /// <summary>Ends all subscriptions and closes the connections. The heads stay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        _closing.Cancel();
        _closing.Dispose();
        if (_ownsEndpoint)
            _endpoint.Dispose();
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<MetaReading> readings, CancellationToken end)
    {
        try
        {
            return await readings.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }
}
