using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>Asks a store, before the clauses do, whether it can be judged at all, and how fast it is.</summary>
internal sealed class StoreProbe(IDataGateway store, TimeProvider time)
{
    private const int RateTrials = 32;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>A prefix under which the store has nothing.</summary>
    public async Task<string> FreshPrefixAsync(long seed, CancellationToken cancellation)
    {
        string first = $"conform-{seed:x16}";
        for (int n = 1; n <= 100; n++)
        {
            string prefix = n == 1 ? first : $"{first}-{n}";
            ListPage page = await AnsweredAsync("listed", token => store.ListAsync(prefix + "/", null, 1, token), cancellation);
            if (page.Objects.Count == 0)
                return prefix;
        }

        throw new StoreUnusableException($"the store holds the remains of 100 runs under '{first}': remove them, or choose another --seed");
    }

    /// <summary>Puts, gets and deletes one small object.</summary>
    /// <exception cref="StoreUnusableException">The store does not answer, refuses, or gives other bytes.</exception>
    public async Task RoundTripAsync(string prefix, CancellationToken cancellation)
    {
        string key = prefix + "/probe";
        byte[] body = Payload.Make(0, key, 256);
        await AnsweredAsync("written to", token => store.PutAsync(key, body, PutCondition.None, token), cancellation);
        await AnsweredAsync("read", token => store.GetAsync(key, null, token), cancellation);
    }

    /// <summary>Whether the store deletes what it is told to; the object of the round trip goes. Only a clear refusal says that it does not.</summary>
    public async Task<bool> DeletesAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            _ = await store.DeleteAsync(prefix + "/probe", null, cancellation);
            return true;
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Unsupported)
        {
            return false;
        }
        catch (StorageException)
        {
            // The clauses ask again, and tell.
            return true;
        }
    }

    /// <summary>Whether the store still takes an object and gives it back.</summary>
    public async Task<bool> IsAliveAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            await RoundTripAsync(prefix, cancellation);
            return true;
        }
        catch (StoreUnusableException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>Requests a second that the store answers with eight calls in flight, half puts and half gets.</summary>
    public async Task<double> MeasureRateAsync(string prefix, CancellationToken cancellation)
    {
        // One round is thrown away: the first calls pay for connections and compilation.
        await TrialsAsync();
        long start = time.GetTimestamp();
        await TrialsAsync();
        return 2 * RateTrials / Math.Max(time.GetElapsedTime(start).TotalSeconds, 1e-4);

        Task TrialsAsync() => Concurrently.EachAsync(
            Enumerable.Range(0, RateTrials),
            8,
            async (i, token) =>
            {
                string key = $"{prefix}/rate/{i}";
                await AnsweredAsync("written to", t => store.PutAsync(key, Payload.Make(0, key, 1024), PutCondition.None, t), token);
                await AnsweredAsync("read", t => store.GetAsync(key, null, t), token);
            },
            cancellation);
    }

    /// <summary>Writes the objects that the last clauses of the run look for.</summary>
    public async Task<RunManifest> PlantManifestAsync(string prefix, long seed, BudgetPlan plan, CancellationToken cancellation)
    {
        Dice dice = new(seed, "manifest");
        ImmutableSortedDictionary<string, byte[]> bodies = Enumerable.Range(0, plan.Count(200, 12, 4))
            .Select(i => $"{prefix}/manifest/{i:d4}-{dice.Hex(8)}")
            .ToImmutableSortedDictionary(k => k, k => Payload.Make(seed, k, 200 + dice.Below(16_000)), StringComparer.Ordinal);
        await Concurrently.EachAsync(
            bodies,
            8,
            (entry, token) => AnsweredAsync("written to", t => store.PutAsync(entry.Key, entry.Value, PutCondition.None, t), token),
            cancellation);
        return new RunManifest(time.GetUtcNow(), bodies);
    }

    private async Task<T> AnsweredAsync<T>(string done, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = new(s_patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await call(either.Token);
        }
        catch (StorageException failure)
        {
            throw new StoreUnusableException($"the store cannot be {done}: {failure.Message} ({failure.Kind}). {AdviceFor(failure.Kind)}", failure);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new StoreUnusableException(
                $"the store cannot be {done}: no answer within {s_patience.TotalSeconds:0} s. Check that it runs and can be reached from here.");
        }
#pragma warning disable CA1031 // Whatever a gateway throws, the user gets a sentence.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw new StoreUnusableException(
                $"the store cannot be {done}: its gateway threw {failure.GetType().Name}, which the port does not know: {failure.Message}", failure);
        }
    }

    private static string AdviceFor(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.NotAuthorized => "Give credentials or permissions that may read, write, list and delete.",
        StorageErrorKind.MissingContainer => "Create the folder, bucket or endpoint, or correct the address.",
        StorageErrorKind.NoSpace => "Make room, or raise the quota.",
        StorageErrorKind.Throttled => "Try again when the store is less busy.",
        _ => "Check that it runs and can be reached from here.",
    };
}
