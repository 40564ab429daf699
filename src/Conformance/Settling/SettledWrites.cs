using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Conformance.Settling;

/// <summary>
/// What the clients of one check did to a store that shows its changes late, for as long as the store may still be late with them: so that none of them judges by what it is
/// allowed not to show yet.
/// </summary>
/// <param name="bound">How long after an acknowledgement its effect may be unseen.</param>
/// <param name="time">The clock of the run.</param>
internal sealed class SettledWrites(TimeSpan bound, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Change> _changes = new(StringComparer.Ordinal);
    private ImmutableSortedSet<string> _keys = ImmutableSortedSet.Create<string>(KeyOrder.Instance);

    /// <summary>Makes a change to a key, and remembers how it ended.</summary>
    /// <typeparam name="T">What the call gives.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="call">The change.</param>
    /// <param name="version">What the key holds after it: a version, or null for nothing. Null for a call that leaves nothing in any case.</param>
    /// <returns>What the call gave.</returns>
    public async ValueTask<T> ChangeAsync<T>(string key, Func<ValueTask<T>> call, Func<T, string>? version)
    {
        // Whoever reads meanwhile, or after a call that failed or overlapped with another one, may see either.
        bool isSure = Begin(key, isDelete: version is null);
        string? now = null;
        try
        {
            T result = await call();
            now = version?.Invoke(result);
            return result;
        }
        catch
        {
            isSure = false;
            throw;
        }
        finally
        {
            End(key, isSure, now);
        }
    }

    /// <summary>Asks until the answer shows what was acknowledged, or the store had its time.</summary>
    /// <typeparam name="T">What a call gives.</typeparam>
    /// <param name="call">Asks once.</param>
    /// <param name="shownAt">The moment until which the answer may still be late, null when it is not: by <see cref="LateWith"/> or <see cref="LateWithPage"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async ValueTask<T> SettledAsync<T>(Func<ValueTask<T>> call, Func<T, long?> shownAt, CancellationToken cancellation)
    {
        while (true)
        {
            T answer = await call();
            if (shownAt(answer) is not { } until || time.GetTimestamp() >= until)
                return answer;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    /// <summary>Until when the store may answer so; null when the answer is what was last acknowledged, or nothing is known of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">What the answer tells: a version, or null for nothing.</param>
    public long? LateWith(string key, string? version)
    {
        lock (_lock)
            return Late(key, version);
    }

    /// <summary>Until when the store may list so; null when the page has what was acknowledged, and nothing that is gone.</summary>
    /// <param name="prefix">The prefix that was asked for.</param>
    /// <param name="after">The key after which the page begins; null for the first one.</param>
    /// <param name="page">The answer.</param>
    public long? LateWithPage(string prefix, string? after, ListPage page)
    {
        Dictionary<string, string> listed = new(StringComparer.Ordinal);
        foreach (ObjectInfo found in page.Objects)
            listed[found.Key] = found.Version;
        long? until = null;
        lock (_lock)
        {
            int at = _keys.IndexOf(after is not null && KeyOrder.Compare(after, prefix) > 0 ? after : prefix);
            for (int i = at < 0 ? ~at : at; i < _keys.Count && _keys[i].StartsWith(prefix, StringComparison.Ordinal); i++)
            {
                if (page.After is { } last && KeyOrder.Compare(_keys[i], last) > 0)
                    break;
                if (_keys[i] != after && Late(_keys[i], listed.GetValueOrDefault(_keys[i])) is { } late)
                    until = Math.Max(until ?? 0, late);
            }
        }

        return until;
    }

    // What is sure is compared. Of the rest it may be known that something has to be there, and what was replaced for certain.
    private long? Late(string key, string? version) =>
        _changes.TryGetValue(key, out Change? change) && time.GetTimestamp() < change.Until
        && (change is { Open: 0, IsSure: true } ? !string.Equals(change.Version, version, StringComparison.Ordinal) : version is null ? !change.MayBeAbsent : change.Replaced.Contains(version))
            ? change.Until
            : null;

    private bool Begin(string key, bool isDelete)
    {
        lock (_lock)
        {
            Change before = _changes.GetValueOrDefault(key) ?? new Change(0, true, null, true, [], 0);
            bool isAlone = before.Open == 0;
            _changes[key] = before with { Open = before.Open + 1, IsSure = isAlone, MayBeAbsent = before.MayBeAbsent || isDelete };
            _keys = _keys.Add(key);
            return isAlone;
        }
    }

    private void End(string key, bool isSure, string? version)
    {
        lock (_lock)
        {
            Change now = _changes[key];
            long ended = time.GetTimestamp();
            bool sure = isSure && now.IsSure;
            ImmutableHashSet<string> replaced = ended < now.Until ? now.Replaced : [];
            _changes[key] = new Change(
                now.Open - 1,
                sure,
                sure ? version : now.Version,
                sure ? version is null : now.MayBeAbsent,
                sure && now.Version is { } former ? replaced.Add(former) : replaced,
                ended + (long)(bound.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>The last change of a key.</summary>
    /// <param name="Open">Changes that have not ended.</param>
    /// <param name="IsSure">Whether it is known what the key holds.</param>
    /// <param name="Version">What it holds, or held when that was last known.</param>
    /// <param name="MayBeAbsent">Whether it may hold nothing.</param>
    /// <param name="Replaced">Versions that it held not long ago, and cannot hold any more.</param>
    /// <param name="Until">When the store has to show it.</param>
    private sealed record Change(int Open, bool IsSure, string? Version, bool MayBeAbsent, ImmutableHashSet<string> Replaced, long Until);
}
