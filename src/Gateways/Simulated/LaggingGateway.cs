using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store that acknowledges at once and shows late: gets and heads after a time for each kind of change, listings after another.</summary>
/// <remarks>Conditions are looked at where the writes are, so they hold. Everything that changes the store has to come through this instance.</remarks>
/// <param name="inner">The store, empty at first; it stays open.</param>
/// <param name="lags">How late.</param>
/// <param name="setting">Which changes are late, and the clock.</param>
internal sealed class LaggingGateway(IDataGateway inner, VisibilityLags lags, FaultSetting setting) : DataGatewayWrapper(inner, leaveOpen: true)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<State>> _states = new(StringComparer.Ordinal);
    private ImmutableSortedSet<string> _keys = ImmutableSortedSet.Create<string>(KeyOrder.Instance);

    public override async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        string version = await Inner.PutAsync(key, content, condition, cancellation);
        Note(key, await Inner.GetAsync(key, null, CancellationToken.None));
        return version;
    }

    public override async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        await PutAsync(key, await content.ReadAsync(key, cancellation), condition, cancellation);

    public override async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        ObjectContent? now = await Inner.GetAsync(key, range, cancellation);
        if (Seen(key) is not { } seen)
            return null;
        if (now is not null && now.Info.Version == seen.Info.Version)
            return now;
        int offset = (int)Math.Min(range?.Offset ?? 0, seen.Bytes.Length);
        return seen with { Bytes = seen.Bytes.Slice(offset, (int)Math.Min(range?.Length ?? long.MaxValue, seen.Bytes.Length - offset)) };
    }

    public override async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        _ = await Inner.HeadAsync(key, cancellation);
        return Seen(key)?.Info;
    }

    public override async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        bool deleted = await Inner.DeleteAsync(key, version, cancellation);
        if (deleted)
            Note(key, null);
        return deleted;
    }

    public override ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        List<ObjectInfo> found = [];
        lock (_lock)
        {
            long now = setting.Time.GetTimestamp();
            ImmutableSortedSet<string> keys = _keys;
            bool isExclusive = after is not null && KeyOrder.Compare(after, prefix) >= 0;
            int index = keys.IndexOf(isExclusive ? after! : prefix);
            index = index < 0 ? ~index : isExclusive ? index + 1 : index;
            for (; index < keys.Count && keys[index].StartsWith(prefix, StringComparison.Ordinal); index++)
            {
                if (Of(keys[index], now).FindLast(state => state.ListedAt <= now)?.Content is not { } listed)
                    continue;
                if (found.Count == limit)
                    return new ValueTask<ListPage>(new ListPage(found, found[^1].Key));
                found.Add(listed.Info);
            }
        }

        return new ValueTask<ListPage>(new ListPage(found, null));
    }

    private void Note(string key, ObjectContent? content)
    {
        long now = setting.Time.GetTimestamp();
        bool isLate = setting.Strikes();
        lock (_lock)
        {
            List<State> states = Of(key, now);
            bool existed = states.Count > 0 && states[^1].Content is not null;
            TimeSpan seen = content is null ? lags.Delete : existed ? lags.Overwrite : lags.Create;
            TimeSpan listed = content is null ? lags.ListRemove : existed ? TimeSpan.Zero : lags.ListAdd;
            states.Add(new State(content, now + Ticks(isLate ? seen : TimeSpan.Zero), now + Ticks(isLate ? listed : TimeSpan.Zero)));
            _states[key] = states;
            _keys = _keys.Add(key);
        }
    }

    private ObjectContent? Seen(string key)
    {
        lock (_lock)
        {
            long now = setting.Time.GetTimestamp();
            return Of(key, now).FindLast(state => state.SeenAt <= now)?.Content;
        }
    }

    // What nothing shows any more is forgotten.
    private List<State> Of(string key, long now)
    {
        if (!_states.TryGetValue(key, out List<State>? states))
            return [];
        int whole = states.FindLastIndex(state => state.SeenAt <= now && state.ListedAt <= now);
        if (whole > 0)
            states.RemoveRange(0, whole);
        return states;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * setting.Time.TimestampFrequency);

    private sealed record State(ObjectContent? Content, long SeenAt, long ListedAt);
}
