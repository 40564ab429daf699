using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Http.Push;

/// <summary>Follows the heads of a database: opens a channel, takes what it tells, and takes up where it broke.</summary>
internal sealed class PushFollower(HttpEndpoint endpoint, HttpMetadataGateway gateway, TimeSpan longestPause)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _askingPause = TimeSpan.FromSeconds(3);

    // After so many questions a better road is tried again.
    private const int Questions = 40;

    private PushRoad _road;
    private TimeSpan _pause = _firstPause;
    private MetaReading? _state;

    /// <summary>Yields states until it is cancelled.</summary>
    /// <exception cref="StorageException">What waiting does not mend.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<MetaReading> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading? told = null;
        for (int asked = 0; ; asked++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_road == PushRoad.Asking && asked >= Questions)
                (_road, asked) = (PushRoad.Socket, 0);
            IPushChannel? channel = _road == PushRoad.Asking ? null : await OpenAsync(cancellation);
            if (channel is not null)
            {
                await using (channel)
                {
                    while (await TakeAsync(channel, cancellation))
                    {
                        if (IsNews(told))
                            yield return told = _state!;
                    }
                }
            }
            else if (_road == PushRoad.Asking)
            {
                await AskAsync(cancellation);
                if (IsNews(told))
                    yield return told = _state!;
            }

            await Task.Delay(Jitter.Of(_road == PushRoad.Asking ? _askingPause : _pause, endpoint.Options.Entropy), endpoint.Options.Time, cancellation);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, longestPause.Ticks));
        }
    }

    // What is not there at the start is no news.
    private bool IsNews(MetaReading? told) => _state is not null && _state.Version != told?.Version && (told is not null || !_state.Entries.IsEmpty);

    private async ValueTask<IPushChannel?> OpenAsync(CancellationToken cancellation)
    {
        string since = _state is null ? "" : "?since=" + Uri.EscapeDataString(_state.Version);
        try
        {
            return _road == PushRoad.Socket
                ? await SocketChannel.OpenAsync(endpoint, endpoint.AddressOf("socket" + since), cancellation)
                : await EventChannel.OpenAsync(endpoint, endpoint.AddressOf("events" + since), cancellation);
        }
        catch (StorageException failure) when (IsWorthWaiting(failure.Kind))
        {
            // A server that is away is waited for; one that answers, but not so, is asked in the next way.
            if (failure.Kind is not (StorageErrorKind.Transient or StorageErrorKind.Throttled))
                (_road, _pause) = (_road + 1, _firstPause);
            return null;
        }
    }

    // False when the channel ended.
    private async ValueTask<bool> TakeAsync(IPushChannel channel, CancellationToken cancellation)
    {
        try
        {
            if (await channel.NextAsync(cancellation) is not { } bytes)
                return false;
            HeadsMessage message = HeadsJsonReader.ReadMessage(bytes.Span);
            if (message.Snapshot is { } snapshot)
                _state = gateway.Remember(new MetaReading(snapshot.Heads, snapshot.Cursor));
            else if (message.Change is { } change && !TryApply(change))
                return false;
            _pause = _firstPause;
            return true;
        }
        catch (StorageException failure) when (IsWorthWaiting(failure.Kind))
        {
            return false;
        }
        catch (FormatException)
        {
            // A goodbye, or what this version does not know: the next subscription begins with the whole.
            _state = null;
            return false;
        }
    }

    private bool TryApply(HeadsChange change)
    {
        if (_state is null || change.Since != _state.Version)
        {
            _state = null;
            return false;
        }

        HashSet<Cid> gone = [.. change.Removed];
        ImmutableArray<MetaEntry> heads = [.. _state.Entries.Where(entry => !gone.Contains(entry.Cid)), .. change.Added];
        _state = gateway.Remember(new MetaReading(heads, change.Cursor));
        return true;
    }

    private async ValueTask AskAsync(CancellationToken cancellation)
    {
        try
        {
            _state = await gateway.ReadAsync(cancellation);
        }
        catch (StorageException failure) when (IsWorthWaiting(failure.Kind))
        {
            // The next question may be answered.
        }
    }

    private static bool IsWorthWaiting(StorageErrorKind kind) => kind is not (StorageErrorKind.NotAuthorized or StorageErrorKind.InvalidName);

    // Between half of it and all of it, so that those who lost one server do not come back as one.
}
