using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store that acknowledges at once and shows late: gets and heads as the node that is asked has it, listings as their index has it.</summary>
/// <remarks>
/// Conditions are looked at where the writes are, so they hold; where there are several nodes they could not, so that somebody above has to refuse them. Everything that changes
/// the store has to come through this history.
/// </remarks>
/// <param name="inner">The store, empty at first; it stays open.</param>
/// <param name="history">What was changed, and when that is shown.</param>
/// <param name="number">The number of the node that is asked; null for any, each time another.</param>
internal sealed class LaggingGateway(IDataGateway inner, ChangeHistory history, int? number = null) : DataGatewayWrapper(inner, leaveOpen: true)
{
    /// <summary>A store of one node.</summary>
    /// <param name="inner">The store, empty at first; it stays open.</param>
    /// <param name="lags">How late.</param>
    /// <param name="setting">Which changes are late, and the clock.</param>
    public LaggingGateway(IDataGateway inner, VisibilityLags lags, FaultSetting setting)
        : this(inner, new ChangeHistory(lags, setting, ReplicaSetting.One))
    {
    }

    /// <summary>The same store as one of its nodes shows it.</summary>
    public LaggingGateway At(int node) => new(Inner, history, node);

    public override async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        string version = await Inner.PutAsync(key, content, condition, cancellation);

        // The store's own bytes save a copy, unless it shows late itself.
        ObjectContent? stored = await Inner.GetAsync(key, null, CancellationToken.None);
        if (stored?.Info.Version != version)
            stored = new ObjectContent(content.ToArray(), new ObjectInfo(key, content.Length, version, history.Time.GetUtcNow()));
        history.Note(key, stored, history.Node(number));
        return version;
    }

    public override async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        await PutAsync(key, await content.ReadAsync(key, cancellation), condition, cancellation);

    public override async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        ObjectContent? now = await Inner.GetAsync(key, range, cancellation);
        ObjectContent? seen = history.Seen(key, history.Node(number), out bool isLast);
        return isLast ? now : seen?.Within(range);
    }

    public override async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        ObjectInfo? now = await Inner.HeadAsync(key, cancellation);
        ObjectContent? seen = history.Seen(key, history.Node(number), out bool isLast);
        return isLast ? now : seen?.Info;
    }

    public override async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        // With clocks that differ the last write may be a delete that lost.
        bool deleted = await Inner.DeleteAsync(key, version, cancellation) || history.Holds(key);
        if (deleted)
            history.Note(key, null, history.Node(number));
        return deleted;
    }

    public override ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return new ValueTask<ListPage>(history.List(prefix, after, limit));
    }
}
