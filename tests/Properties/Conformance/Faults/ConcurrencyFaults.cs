using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Faults that show only while something else goes on.</summary>
internal static class ConcurrencyFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("in-place overwrite", () => new InterceptedStore { OnPut = InPlaceAsync }, "CCY-01"),
        new("visible while uploading", () => new InterceptedStore { OnPut = GrowingAsync }, "CCY-02", "INT-04"),
        new("length known before the body", HeadFirst, "CCY-02"),
        new("delete-then-write replace", () => new InterceptedStore { OnPut = UnlinkFirstAsync }, "CCY-01", "IMM-02"),
        new("interrupted put leaves a part", () => new InterceptedStore { OnPut = PartOnCancelAsync }, "INT-04"),
        new("readers disagree after racing puts", () => TwoReplicas(2), "CCY-03"),
        new("zombie after put and delete", Zombies, "CCY-04"),
        new("acknowledged and dropped under load", DropUnderLoad, "CCY-06"),
        new("one buffer for all puts", SharedBuffer, "CCY-07"),
    ];

    private static async ValueTask<string> InPlaceAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (await store.GetAsync(key, null, cancellation) is { } old)
        {
            int half = Math.Min(old.Bytes.Length, body.Length) / 2;
            await store.PutAsync(key, (byte[])[.. body.Span[..half], .. old.Bytes.Span[half..]], PutCondition.None, cancellation);
            await Task.Delay(1, cancellation);
        }

        return await store.PutAsync(key, body, PutCondition.None, cancellation);
    }

    private static async ValueTask<string> GrowingAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (body.Length > 500)
        {
            await store.PutAsync(key, body[..(body.Length / 2)], PutCondition.None, cancellation);

            // Long enough for a timer of a busy machine to end it in between.
            await Task.Delay(20, cancellation);
        }

        return await store.PutAsync(key, body, PutCondition.None, cancellation);
    }

    private static InterceptedStore HeadFirst()
    {
        ConcurrentDictionary<string, long> coming = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                coming[k] = b.Length;
                await Task.Delay(2, t);
                return await s.PutAsync(k, b, c, t);
            },
            OnHead = async (s, k, t) => await s.HeadAsync(k, t) ?? (coming.TryGetValue(k, out long length) ? new ObjectInfo(k, length, "", null) : null),
        };
    }

    private static async ValueTask<string> UnlinkFirstAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (await store.DeleteAsync(key, null, cancellation))
            await Task.Delay(1, cancellation);
        return await store.PutAsync(key, body, PutCondition.None, cancellation);
    }

    private static async ValueTask<string> PartOnCancelAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            if (body.Length > 100_000)
                await Task.Delay(2, cancellation);
        }
        catch (OperationCanceledException)
        {
            await store.PutAsync(key, body[..(body.Length / 3)], PutCondition.None, CancellationToken.None);
            throw;
        }

        return await store.PutAsync(key, body, condition, cancellation);
    }

    /// <summary>Two writes at once leave two contents behind, and a reader gets the other one now and then.</summary>
    /// <param name="every">Which of so many reads gets it.</param>
    public static InterceptedStore TwoReplicas(int every)
    {
        ConcurrentDictionary<string, int> writing = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, ObjectContent> other = new(StringComparer.Ordinal);
        int reads = 0;
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                bool races = writing.AddOrUpdate(k, 1, (_, n) => n + 1) > 1;
                await Task.Delay(2, t);
                if (races && await s.GetAsync(k, null, t) is { } first)
                    other[k] = first;
                string version = await s.PutAsync(k, b, c, t);
                writing.AddOrUpdate(k, 0, (_, n) => n - 1);
                return version;
            },
            OnGet = async (s, k, r, t) => Interlocked.Increment(ref reads) % every == 0 && other.TryGetValue(k, out ObjectContent? content) ? content
                : await s.GetAsync(k, r, t),
        };
    }

    private static InterceptedStore Zombies()
    {
        ConcurrentDictionary<string, ObjectInfo> writing = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, ObjectInfo> zombies = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                writing[k] = new ObjectInfo(k, b.Length, "", null);
                await Task.Delay(2, t);
                return zombies.ContainsKey(k) ? "" : await s.PutAsync(k, b, c, t);
            },
            OnDelete = async (s, k, v, t) =>
            {
                if (writing.TryGetValue(k, out ObjectInfo? info))
                    zombies[k] = info;
                return await s.DeleteAsync(k, v, t);
            },
            OnList = async (s, p, a, l, t) =>
            {
                ListPage page = await s.ListAsync(p, a, l, t);
                return page.Objects.Count == 0 && zombies.TryGetValue(p, out ObjectInfo? zombie) ? new ListPage([zombie], null) : page;
            },
        };
    }

    private static InterceptedStore DropUnderLoad()
    {
        int inFlight = 0, sinceIdle = 0;
        Lock gate = new();
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                int load;
                lock (gate)
                {
                    inFlight++;
                    load = ++sinceIdle;
                }

                // Long enough that the next put of a burst comes before this one ends, on a busy machine too.
                await Task.Delay(20, t);
                string version = load > 100 ? "accepted" : await s.PutAsync(k, b, c, t);
                lock (gate)
                {
                    if (--inFlight == 0)
                        sinceIdle = 0;
                }

                return version;
            },
        };
    }

    private static InterceptedStore SharedBuffer()
    {
        ReadOnlyMemory<byte> buffer = default;
        Lock gate = new();
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                lock (gate)
                    buffer = b;

                // Long enough for another put to come in between, on a busy machine too.
                await Task.Delay(1, t);
                ReadOnlyMemory<byte> now;
                lock (gate)
                    now = buffer;
                return await s.PutAsync(k, now, c, t);
            },
        };
    }
}
