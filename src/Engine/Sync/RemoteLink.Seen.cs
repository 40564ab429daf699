using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Sync;

/// <content>What was seen at the remote before, in this session or an earlier one: a remote that shows less was put back, or lost something.</content>
public sealed partial class RemoteLink
{
    private ImmutableArray<Cid> _seen = [];
    private ImmutableArray<Cid> _kept = [];
    private ImmutableArray<Cid> _remoteHeads = [];
    private bool _hasRecalled;
    private bool _isInDoubt;
    private long _olderSince;
    private long _keptAt;

    // A store that lags shows a former state now and then, and the newer one again at the next look. One that stays behind lost it, or was put back.
    private async ValueTask CompareWithSeenAsync(CancellationToken cancellation)
    {
        if (await CoversSeenAsync(cancellation))
        {
            _isInDoubt = false;
            _seen = _remoteHeads;
            return;
        }

        if (!_isInDoubt)
            _olderSince = _time.GetTimestamp();
        if (!_isInDoubt || _time.GetElapsedTime(_olderSince) < _options.PollInterval / 2)
        {
            // Until the next look, which comes soon, it is taken to have what it had, beside what it shows.
            _isInDoubt = true;
            _remoteHeads = await WithSeenAsync(cancellation);
            return;
        }

        // Its files may be gone as well.
        _uploader.LooksFirst = true;
        _uploader.Forget();
        _listedAttachments = false;
        Report(static status => status with { Regressions = status.Regressions + 1 });
        _isInDoubt = false;
        _seen = _remoteHeads;
    }

    private async ValueTask<bool> CoversSeenAsync(CancellationToken cancellation)
    {
        try
        {
            return await _replica.CoversAsync(_remoteHeads, _seen, cancellation);
        }
        catch (MissingBlockException)
        {
            // What was seen is not above what is there, and what lies between is gone.
            return false;
        }
    }

    // The heads that the remote is known to have now, and those that it had.
    private async ValueTask<ImmutableArray<Cid>> WithSeenAsync(CancellationToken cancellation)
    {
        try
        {
            return await _replica.JoinAsync(_remoteHeads, _seen, cancellation);
        }
        catch (MissingBlockException)
        {
            return _seen;
        }
    }

    private async ValueTask RecallAsync(CancellationToken cancellation)
    {
        if (_hasRecalled)
            return;
        ObjectContent? kept = await _replica.Files.Gateway.GetAsync(SeenHeads.KeyOf(Name), null, cancellation);
        _hasRecalled = true;
        _seen = _kept = kept is null ? [] : SeenHeads.Read(kept.Bytes);
        _keptAt = _time.GetTimestamp();
    }

    // No write waits for this, and it is not done for each: after a crash the next link knows what was seen a little earlier. What was seen is kept also while the remote shows
    // something older: a message that came out of order, right before the link was closed, would make the next one forget it.
    private async ValueTask KeepSeenAsync(bool isLast)
    {
        if (!_hasRecalled || _seen.SequenceEqual(_kept) || (!isLast && _time.GetElapsedTime(_keptAt) < _options.CheckInterval))
            return;
        try
        {
            ImmutableArray<Cid> seen = _seen;
            await _replica.Files.Gateway.PutAsync(SeenHeads.KeyOf(Name), SeenHeads.Write(seen), PutCondition.None, CancellationToken.None);
            _kept = seen;
        }
        catch (StorageException)
        {
            // A full disk is told of by what the database writes itself.
        }

        _keptAt = _time.GetTimestamp();
    }
}
