using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Memory;

/// <summary>The heads of a database in the memory of this process, with a push channel.</summary>
/// <remarks>A subscriber that is slower than the changes sees the newest state once, not each: what waits for it never grows.</remarks>
public sealed class MemoryMetadataGateway : IMetadataGateway
{
    private readonly Lock _lock = new();
    private readonly HashSet<TaskCompletionSource> _waiting = [];
    private MetaReading _reading = new([], "0");
    private long _changes;
    private int _closings;

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = new() { Provider = "memory", Push = true, SingleObject = false, KeepsKeys = true };

    /// <inheritdoc/>
    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<MetaReading>(cancellation);
        lock (_lock)
            return new ValueTask<MetaReading>(_reading);
    }

    /// <inheritdoc/>
    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        lock (_lock)
        {
            ImmutableArray<MetaEntry> former = _reading.Entries;
            ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>(former.Length + 1);
            bool known = false;
            foreach (MetaEntry old in former)
            {
                bool same = old.Cid == entry.Cid;
                known |= same;
                if (same || !superseded.Contains(old.Cid))
                    entries.Add(old);
            }

            // The caller's bytes may change after the call.
            if (!known)
                entries.Add(entry with { Data = entry.Data.ToArray() });
            else if (entries.Count == former.Length)
                return ValueTask.CompletedTask;
            Change(entries.DrainToImmutable());
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Yields the state at the start, when there is one, and then once for changes since the last yield: so nothing falls between a reading and the subscription.</summary>
    /// <param name="cancellation">Ends the stream, without an error.</param>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading? seen = null;
        int closings = Volatile.Read(ref _closings);
        while (!cancellation.IsCancellationRequested)
        {
            MetaReading now;
            TaskCompletionSource? change = null;
            lock (_lock)
            {
                if (_closings != closings)
                    yield break;
                now = _reading;
                if (ReferenceEquals(now, seen) || (seen is null && now.Entries.IsEmpty))
                {
                    change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _ = _waiting.Add(change);
                }

                seen = now;
            }

            if (change is null)
                yield return now;
            else
                await WaitAsync(change, cancellation);
        }
    }

    /// <summary>Ends all subscriptions. The heads stay for whoever holds the instance.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closings++;
            Wake();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Removes all heads.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            if (!_reading.Entries.IsEmpty)
                Change([]);
        }
    }

    private async ValueTask WaitAsync(TaskCompletionSource change, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetResult(), change);
        await change.Task;
        lock (_lock)
            _ = _waiting.Remove(change);
    }

    private void Change(ImmutableArray<MetaEntry> entries)
    {
        _reading = new MetaReading(entries, (++_changes).ToString(CultureInfo.InvariantCulture));
        Wake();
    }

    private void Wake()
    {
        foreach (TaskCompletionSource waiting in _waiting)
            _ = waiting.TrySetResult();
        _waiting.Clear();
    }
}
