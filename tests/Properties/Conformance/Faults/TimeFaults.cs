using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Stores that trust clocks, or have bad ones.</summary>
internal static class TimeFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("the write with the later clock wins", LaterClockWins, "TIM-01"),
        new("the store's clock is an hour behind", () => Dated(static (_, time) => time.AddHours(-1)), "TIM-02"),
        new("the store's clock is a day ahead", () => Dated(static (_, time) => time.AddDays(1)), "TIM-02"),
        new("a session ends when the wall clock says so", SessionByWallClock, "TIM-03"),
        new("each version is older than the one before", () => Dated(static (n, time) => time.AddMinutes(-n)), "TIM-04"),
    ];

    private static InterceptedStore LaterClockWins()
    {
        ConcurrentDictionary<string, DateTimeOffset> stamps = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnTarget = target => target with
            {
                Skewed = time => new StoreAccess("a client with another clock", _ => ValueTask.FromResult<IDataGateway>(new Stamped(target.Data, stamps, time))),
            },
        };
    }

    private static InterceptedStore SessionByWallClock() => new()
    {
        OnTarget = target => target with
        {
            Skewed = time => new StoreAccess("a client with another clock", _ => ValueTask.FromResult<IDataGateway>(new Session(target.Data, time))),
        },
    };

    private static InterceptedStore Dated(Func<int, DateTimeOffset, DateTimeOffset> date)
    {
        int readings = 0;
        ObjectInfo Date(ObjectInfo info) => info with { LastModified = date(Interlocked.Increment(ref readings), info.LastModified!.Value) };
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is { } content ? content with { Info = Date(content.Info) } : null,
            OnHead = async (s, k, t) => await s.HeadAsync(k, t) is { } info ? Date(info) : null,
            OnList = async (s, p, a, l, t) => await s.ListAsync(p, a, l, t) is var page ? page with { Objects = [.. page.Objects.Select(Date)] } : page,
        };
    }

    private sealed class Stamped(IDataGateway store, ConcurrentDictionary<string, DateTimeOffset> stamps, TimeProvider time) : DataGatewayWrapper(store, leaveOpen: true)
    {
        public override async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            DateTimeOffset now = time.GetUtcNow();
            return stamps.AddOrUpdate(key, now, (_, there) => now > there ? now : there) == now ? await Inner.PutAsync(key, content, condition, cancellation) : "older";
        }
    }

    private sealed class Session(IDataGateway store, TimeProvider time) : DataGatewayWrapper(store, leaveOpen: true)
    {
        private readonly DateTimeOffset _began = time.GetUtcNow();

        protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
            (time.GetUtcNow() - _began).Duration() > TimeSpan.FromMinutes(15)
                ? throw new StorageException(StorageErrorKind.NotAuthorized, "call", made.Key, "the session has ended") : proceed(cancellation);
    }
}
