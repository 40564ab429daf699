using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A store that acknowledges at once and shows things later: gets and heads after a time of their own for each kind of change, listings after another.</summary>
internal sealed class LaggingStore
{
    private readonly ConcurrentDictionary<string, ImmutableList<State>> _states = new(StringComparer.Ordinal);

    private LaggingStore()
    {
    }

    public static InterceptedStore Of(
        TimeSpan create = default, TimeSpan overwrite = default, TimeSpan delete = default, TimeSpan listAdd = default, TimeSpan listRemove = default, bool strong = true)
    {
        LaggingStore past = new();
        return new InterceptedStore
        {
            OnTraits = t => t with { StronglyConsistent = strong },
            OnPut = async (s, k, b, c, t) =>
            {
                bool anew = await s.HeadAsync(k, t) is null;
                string version = await s.PutAsync(k, b, c, t);
                past.Becomes(k, await s.GetAsync(k, null, t), anew ? create : overwrite, listAdd);
                return version;
            },
            OnDelete = async (s, k, v, t) =>
            {
                bool removed = await s.DeleteAsync(k, v, t);
                past.Becomes(k, null, delete, listRemove);
                return removed;
            },
            OnGet = async (s, k, r, t) => r is null ? past.Seen(k) : await s.GetAsync(k, r, t),
            OnHead = (_, k, _) => ValueTask.FromResult(past.Seen(k)?.Info),
            OnList = (_, p, a, l, _) => ValueTask.FromResult(past.Listed(p, a, l)),
        };
    }

    private static long Now => TimeProvider.System.GetTimestamp();

    private void Becomes(string key, ObjectContent? content, TimeSpan lag, TimeSpan listLag)
    {
        long now = Now;
        State state = new(content, now + Ticks(lag), now + Ticks(listLag));
        _states.AddOrUpdate(key, _ => [state], (_, states) => states.Add(state));
    }

    private ObjectContent? Seen(string key)
    {
        long now = Now;
        return _states.TryGetValue(key, out ImmutableList<State>? states) ? states.FindLast(s => s.SeenAt <= now)?.Content : null;
    }

    private ListPage Listed(string prefix, string? after, int limit)
    {
        long now = Now;
        ObjectInfo[] found =
        [
            .. _states.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(e.Key, after) > 0)
                .Select(e => e.Value.FindLast(s => s.ListedAt <= now)?.Content?.Info).OfType<ObjectInfo>().OrderBy(i => i.Key, StringComparer.Ordinal),
        ];
        return new ListPage([.. found.Take(limit)], found.Length > limit ? found[limit - 1].Key : null);
    }

    private static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency);

    private sealed record State(ObjectContent? Content, long SeenAt, long ListedAt);
}
