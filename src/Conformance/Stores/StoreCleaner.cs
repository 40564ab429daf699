using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>Removes what a run wrote, and proves that nothing is left.</summary>
internal sealed class StoreCleaner(IDataGateway store, ObservedGateway observed, string runPrefix, DeclaredVisibility declared, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patienceAfterInterrupt = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_shortestSettle = TimeSpan.FromSeconds(10);
    private readonly TimeSpan _settle = declared.Bound > s_shortestSettle ? declared.Bound : s_shortestSettle;

    /// <summary>Removes everything under one prefix. What cannot be removed is met again at the end of the run.</summary>
    public async Task SweepAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            await RemoveAsync(prefix, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The sweep at the end of the run takes the rest.
        }
    }

    /// <summary>Removes what is left of the run and lists what still is there after that.</summary>
    /// <param name="keep">Leave everything; only list it.</param>
    /// <param name="hurry">The user waits for the end.</param>
    public async Task<ImmutableArray<string>> FinishAsync(bool keep, bool hurry)
    {
        using CancellationTokenSource patience = new(hurry ? s_patienceAfterInterrupt : s_patience, time);
        try
        {
            if (!keep)
                await RemoveAsync(runPrefix + "/", patience.Token);
            long start = time.GetTimestamp();
            while (true)
            {
                ImmutableArray<string> left = await LeftAsync(patience.Token);
                if (left.Length == 0 || keep || declared.IsStrong || time.GetElapsedTime(start) > _settle)
                    return left;
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, patience.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or StorageException)
        {
            // The store is gone or too slow to be asked: every key not known to be removed may be there.
            return [.. observed.Written.Order(StringComparer.Ordinal)];
        }
    }

    private async Task<ImmutableArray<string>> LeftAsync(CancellationToken cancellation)
    {
        SortedSet<string> left = new(await ListAsync(runPrefix + "/", cancellation), StringComparer.Ordinal);
        foreach (string key in observed.Written)
        {
            if (!left.Contains(key) && await IsThereAsync(key, cancellation))
                left.Add(key);
        }

        return [.. left];
    }

    private async Task RemoveAsync(string prefix, CancellationToken cancellation)
    {
        HashSet<string> keys = new(observed.Written.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)), StringComparer.Ordinal);
        try
        {
            keys.UnionWith(await ListAsync(prefix, cancellation));
        }
        catch (StorageException)
        {
            // Without a listing the remembered keys are removed; the end of the run lists again.
        }

        ConcurrentBag<string> gone = [];
        await Concurrently.EachAsync(
            keys,
            16,
            async (key, token) =>
            {
                try
                {
                    await store.DeleteAsync(key, null, token);
                    gone.Add(key);
                }
                catch (StorageException failure)
                {
                    // A name that the store refuses cannot be in it.
                    if (failure.Kind == StorageErrorKind.InvalidName)
                        gone.Add(key);
                }
            },
            cancellation);
        foreach (string key in gone)
            observed.Forget(key);
    }

    private async Task<bool> IsThereAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await store.HeadAsync(key, cancellation) is not null;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.InvalidName)
        {
            return false;
        }
    }

    private async Task<List<string>> ListAsync(string prefix, CancellationToken cancellation)
    {
        List<string> keys = [];
        try
        {
            await foreach (ObjectInfo found in store.ListAllAsync(prefix, cancellation))
            {
                if (found.Key.StartsWith(prefix, StringComparison.Ordinal))
                    keys.Add(found.Key);
            }
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Permanent)
        {
            // A listing that does not end is a clause's finding: what it showed so far is removed.
        }

        return keys;
    }
}
