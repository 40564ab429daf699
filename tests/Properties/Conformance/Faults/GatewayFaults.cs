using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Gateways that make the wrong thing of what happens on their wire, and what a store is asked beside its gateway.</summary>
internal static class GatewayFaults
{
    private static readonly StorageErrorKind[] s_passing = [StorageErrorKind.Transient, StorageErrorKind.Throttled];
    private static readonly StorageErrorKind[] s_settled = [StorageErrorKind.Permanent, StorageErrorKind.MissingContainer];

    public static IEnumerable<StoreFault> All { get; } =
    [
        new("an outage is an absence", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnGet = (x, k, r, t) => InsteadAsync(() => x.GetAsync(k, r, t), s_passing, static _ => default),
            OnHead = (x, k, t) => InsteadAsync(() => x.HeadAsync(k, t), s_passing, static _ => default),
        }), "ERR-01", "ERR-02"),
        new("an outage is an empty listing", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnList = (x, p, a, l, t) => InsteadAsync(() => x.ListAsync(p, a, l, t), s_passing, static _ => new ListPage([], null)),
        }), "ERR-01", "ERR-02"),
        new("an outage is the end of a listing", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnList = (x, p, a, l, t) => InsteadAsync(() => x.ListAsync(p, a, l, t), a is null ? [] : s_passing, static _ => new ListPage([], null)),
        }), "ERR-02"),
        new("all failures are one", s => Over(s, g => Failing(g, f => new StorageException(StorageErrorKind.Permanent, f.Operation, f.Key, f.Reason))), "ERR-01", "ERR-04"),
        new("a short body is the object", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnGet = (x, k, r, t) => InsteadAsync(() => x.GetAsync(k, r, t), s_passing, _ => new ObjectContent(new byte[1000], new ObjectInfo(k, 1000, "v", null))),
        }), "INT-02"),
        new("a page is the object", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnGet = (x, k, r, t) => InsteadAsync(() => x.GetAsync(k, r, t), s_settled, _ => new ObjectContent("<html/>"u8.ToArray(), new ObjectInfo(k, 7, "v", null))),
        }), "ERR-03", "ERR-06"),
        new("another's absence is the store's", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnHead = (x, k, t) => InsteadAsync(() => x.HeadAsync(k, t), [StorageErrorKind.MissingContainer], static _ => default),
        }), "ERR-06"),
        new("any answer acknowledges a put", s => Over(s, g => new InterceptedStore
        {
            Sound = g,
            OnPut = (x, k, b, c, t) => InsteadAsync(() => x.PutAsync(k, b, c, t), s_settled, static _ => "v"),
        }), "ERR-03", "ERR-06"),
        new("repeats without end", s => Patiently(s, (g, time) => new RetryingGateway(
            g, new RetryOptions { Time = time, Entropy = SystemEntropy.Instance, Attempts = 1_000_000 }, leaveOpen: true)), "ERR-04"),
        new("does not keep the time asked for", s => Patiently(s, (g, time) => new RetryingGateway(
            Failing(g, f => new StorageException(f.Kind, f.Operation, f.Key, f.Reason)), new RetryOptions { Time = time, Entropy = SystemEntropy.Instance }, leaveOpen: true)), "ERR-04"),
        new("repeats what is not allowed", s => Patiently(s, (g, time) => new RetryingGateway(
            Failing(g, f => new StorageException(StorageErrorKind.Transient, f.Operation, f.Key, f.Reason)), new RetryOptions { Time = time, Entropy = SystemEntropy.Instance }, leaveOpen: true)),
            "ERR-04"),
        new("acknowledges what was throttled", s => Patiently(s, (g, _) => new InterceptedStore
        {
            Sound = g,
            OnPut = (x, k, b, c, t) => InsteadAsync(() => x.PutAsync(k, b, c, t), s_passing, static _ => "v"),
        }), "ERR-04"),
        new("cannot be cancelled", s => Over(s, g => new InterceptedStore { Sound = g, OnGet = (x, k, r, _) => x.GetAsync(k, r, CancellationToken.None) }), "ERR-05"),
        new("a late answer is told as a failure for good", s => Over(s, g => Failing(
            g, f => new StorageException(f.Reason.Contains("silent", StringComparison.Ordinal) ? StorageErrorKind.Permanent : f.Kind, f.Operation, f.Key, f.Reason))), "ERR-05"),
        new("throws what the port does not know", s => Over(s, g => Failing(g, f => new InvalidOperationException(f.Message))), "ERR-07"),
        new("names no key", s => Over(s, g => Failing(g, f => new StorageException(f.Kind, f.Operation, "", f.Reason))), "ERR-07"),
        new("forgets the request id", s => Over(s, g => Failing(g, f => new StorageException(f.Kind, f.Operation, f.Key, "it failed"))), "ERR-07"),
        new("a missing container is an empty one", s => s with { OpenMissing = _ => new MemoryDataGateway(TimeProvider.System) }, "ERR-08"),
        new("an ambiguous put is lost", s => Over(s, g => OnPut(g, StorageErrorKind.Ambiguous, (_, f) => throw Refused(f))), "CAS-08"),
        new("an ambiguous put is won", s => Over(s, g => OnPut(g, StorageErrorKind.Ambiguous, static (_, _) => ValueTask.FromResult("v"))), "CAS-08"),
        new("an ambiguous put is sent again", s => Over(s, g => OnPut(g, StorageErrorKind.Ambiguous, static (again, _) => again())), "CAS-08"),
        new("a conflict is a condition that does not hold", s => Over(s, g => OnPut(g, StorageErrorKind.Conflict, (_, f) => throw Refused(f))), "CAS-09"),
        new("a condition that does not hold is a conflict", s => Over(s, g => OnPut(g, StorageErrorKind.PreconditionFailed, (_, f) => throw new StorageException(
            StorageErrorKind.Conflict, f.Operation, f.Key, f.Reason))), "CAS-09"),
        new("looks at no checksum", s => s with { RawPut = (k, b, _, _, t) => RawAsync(s.Data, k, b, 200, t) }, "INT-05"),
        new("refuses a wrong checksum and stores", s => s with
        {
            RawPut = (k, b, _, _, t) => RawAsync(s.Data, k, b, k.Contains("wrong", StringComparison.Ordinal) ? 400 : 200, t),
        }, "INT-05"),
        new("a lock in each node", _ => Nodes(), "CAS-03"),
    ];

    private static StoreUnderTest Over(StoreUnderTest store, Func<IDataGateway, IDataGateway> bend) =>
        store with { Wire = store.Wire! with { Open = (wire, time) => bend(store.Wire.Open(wire, time)) } };

    private static StoreUnderTest Patiently(StoreUnderTest store, Func<IDataGateway, TimeProvider, IDataGateway> patience) =>
        store with { Wire = store.Wire! with { Patiently = patience } };

    private static StorageException Refused(StorageException failure) => new(StorageErrorKind.PreconditionFailed, failure.Operation, failure.Key, failure.Reason);

    private static InterceptedStore Failing(IDataGateway gateway, Func<StorageException, Exception> other) => new()
    {
        Sound = gateway,
        OnPut = (x, k, b, c, t) => OtherAsync(() => x.PutAsync(k, b, c, t), other),
        OnGet = (x, k, r, t) => OtherAsync(() => x.GetAsync(k, r, t), other),
        OnHead = (x, k, t) => OtherAsync(() => x.HeadAsync(k, t), other),
        OnDelete = (x, k, v, t) => OtherAsync(() => x.DeleteAsync(k, v, t), other),
        OnList = (x, p, a, l, t) => OtherAsync(() => x.ListAsync(p, a, l, t), other),
    };

    private static InterceptedStore OnPut(IDataGateway gateway, StorageErrorKind kind, Func<Func<ValueTask<string>>, StorageException, ValueTask<string>> instead) => new()
    {
        Sound = gateway,
        OnPut = async (x, k, b, c, t) =>
        {
            try
            {
                return await x.PutAsync(k, b, c, t);
            }
            catch (StorageException failure) when (failure.Kind == kind)
            {
                return await instead(() => x.PutAsync(k, b, c, t), failure);
            }
        },
    };

    private static async ValueTask<T> InsteadAsync<T>(Func<ValueTask<T>> call, StorageErrorKind[] kinds, Func<StorageException, T> instead)
    {
        try
        {
            return await call();
        }
        catch (StorageException failure) when (kinds.Contains(failure.Kind))
        {
            return instead(failure);
        }
    }

    private static async ValueTask<T> OtherAsync<T>(Func<ValueTask<T>> call, Func<StorageException, Exception> other)
    {
        try
        {
            return await call();
        }
        catch (StorageException failure)
        {
            throw other(failure);
        }
    }

    private static async Task<int> RawAsync(IDataGateway store, string key, byte[] body, int status, CancellationToken cancellation)
    {
        await store.PutAsync(key, body, PutCondition.None, cancellation);
        return status;
    }

    // Each node keeps its own creators apart, and knows nothing of the other's.
    private static StoreUnderTest Nodes()
    {
        MemoryDataGateway objects = new(TimeProvider.System);
        return new StoreUnderTest { Url = "test:1", Data = Node(objects), Endpoints = [new StoreUnderTest { Url = "test:2", Data = Node(objects) }] };
    }

    private static InterceptedStore Node(IDataGateway objects)
    {
        SemaphoreSlim one = new(1);
        return new InterceptedStore
        {
            Sound = objects,
            OnPut = async (x, k, b, c, t) =>
            {
                if (!c.IsIfAbsent)
                    return await x.PutAsync(k, b, c, t);
                await one.WaitAsync(t);
                try
                {
                    if (await x.HeadAsync(k, t) is not null)
                        throw new StorageException(StorageErrorKind.PreconditionFailed, "put", k, "exists");
                    await Task.Delay(5, t);
                    return await x.PutAsync(k, b, PutCondition.None, t);
                }
                finally
                {
                    one.Release();
                }
            },
        };
    }
}
