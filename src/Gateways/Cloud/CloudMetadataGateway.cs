using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Cloud;

/// <summary>The heads of one ledger at an endpoint of the cloud protocol, with the keys that open its files, and push.</summary>
/// <remarks>
/// <para>The endpoint decides what a new head replaces; what the caller names as superseded does not travel. Keys go with each head, in the clear: so other clients of the ledger, those of
/// the reference engine among them, can read what is written here, and so can the endpoint. A database whose files are sealed is refused unless its keys are published with its heads.</para>
/// <para>An event says that there is news; then all heads are asked for, since an event does not say what was replaced.</para>
/// </remarks>
public sealed class CloudMetadataGateway : IMetadataGateway
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _askingPause = TimeSpan.FromSeconds(3);

    private readonly CloudLine _line;
    private readonly bool _ownsLine;
    private readonly CancellationTokenSource _closing = new();
    private MetaReading? _last;

    /// <summary>The heads of a ledger. Nothing is sent yet.</summary>
    /// <param name="place">Where the endpoint is: <c>fpcloud+http(s)://host:port/path?tenant=T&amp;ledger=L</c>; without tenant and ledger those that the token selects.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <exception cref="StorageException">InvalidName for the URL; NotAuthorized when nothing says which ledger.</exception>
    public CloudMetadataGateway(string place, GatewayOptions options)
        : this(new CloudLine(CloudUrl.Parse(place), options), ownsLine: true)
    {
    }

    internal CloudMetadataGateway(CloudLine line, bool ownsLine)
    {
        _line = line;
        _ownsLine = ownsLine;
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = new() { Provider = "cloud protocol", Push = true, KeepsKeys = true };

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
    {
        CloudMeta meta = await _line.ReadMetaAsync(cancellation);

        // Keys belong to the ledger, not to one of its heads.
        ImmutableArray<MetaEntry> entries = meta.Entries.IsEmpty ? [] : [meta.Entries[0] with { Keys = meta.Keys }, .. meta.Entries[1..]];
        return Remember(new MetaReading(entries, VersionOf(meta)));
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        if (entry.Keys.IsEmpty && _line.IsSealed)
        {
            throw new StorageException(
                StorageErrorKind.Unsupported, "publish", _line.Ledger.Ledger,
                "the cloud protocol carries the keys with the heads, in the clear: attach with keys published (then whoever may read the ledger, and the endpoint, can open its files), or use another endpoint");
        }

        await _line.PutMetaAsync(new CloudMeta([entry], entry.Keys), cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        TimeSpan pause = _firstPause;
        string? told = null;
        while (!end.IsCancellationRequested)
        {
            CloudChannel? channel = null;
            TimeSpan wait = pause;
            try
            {
                channel = await CloudChannel.OpenAsync(_line, end.Token);
                if (channel is null)
                    wait = _askingPause;
            }
            catch (StorageException failure) when (IsWorthWaiting(failure))
            {
                pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, _longestPause.Ticks));
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                yield break;
            }

            // Without a socket the question itself is the news.
            bool isNews = channel is null;
            do
            {
                if (channel is not null && (isNews = await NextAsync(channel, end.Token)))
                    pause = _firstPause;
                if (isNews && await TryReadAsync(end.Token) is { } reading && reading.Version != told)
                {
                    bool isFirst = told is null && reading.Entries.IsEmpty;
                    told = reading.Version;
                    if (!isFirst)
                        yield return reading;
                }
            }
            while (channel is not null && isNews);

            if (channel is not null)
                await channel.DisposeAsync();
            if (!await PauseAsync(wait, end.Token))
                yield break;
        }
    }

    /// <summary>Ends all subscriptions and closes the connections. The heads stay.</summary>
    public ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return ValueTask.CompletedTask;
        _closing.Cancel();
        _closing.Dispose();
        if (_ownsLine)
            _line.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsWorthWaiting(StorageException failure) => failure.Kind is not (StorageErrorKind.NotAuthorized or StorageErrorKind.InvalidName or StorageErrorKind.Unsupported);

    // False when the channel is at its end.
    private static async ValueTask<bool> NextAsync(CloudChannel channel, CancellationToken end)
    {
        try
        {
            return await channel.NextAsync(end);
        }
        catch (StorageException failure) when (IsWorthWaiting(failure))
        {
            return false;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<MetaReading?> TryReadAsync(CancellationToken end)
    {
        try
        {
            return await ReadAsync(end);
        }
        catch (StorageException failure) when (IsWorthWaiting(failure))
        {
            return null;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return null;
        }
    }

    private async ValueTask<bool> PauseAsync(TimeSpan pause, CancellationToken end)
    {
        try
        {
            await Task.Delay(Jitter.Of(pause, _line.Options.Entropy), _line.Options.Time, end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static string VersionOf(CloudMeta meta) => Cid.Of(
        CidCodec.Raw,
        Encoding.ASCII.GetBytes(string.Join(' ', meta.Entries.Select(static entry => entry.Cid.ToString()).Order(StringComparer.Ordinal)) + string.Create(CultureInfo.InvariantCulture, $" {meta.Keys.Length}")))
        .ToString();

    private MetaReading Remember(MetaReading reading)
    {
        MetaReading? last = Volatile.Read(ref _last);
        if (last?.Version == reading.Version)
            return last;
        Volatile.Write(ref _last, reading);
        return reading;
    }
}
