using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>E: failures that are told as something else, or not at all.</summary>
internal static class ErrorFaults
{
    private static readonly byte[] _error = Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>");
    private static readonly byte[] _page = Encoding.UTF8.GetBytes("<html><body>Please log in</body></html>");

    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("E02", "an error as content", "A failed get is answered as if its message were the object.", static setting => Instead(setting, _error)) { Killers = ["ERR-03", "INT-01", "OBJ-01", "OBJ-04"], Rate = 0.02 },
        new("E03", "a page as content", "Somebody on the way answers with a page of its own.", static setting => Instead(setting, _page)) { Killers = ["ERR-06", "INT-01", "OBJ-01", "OBJ-04"], Rate = 0.02 },
        new("E05", "acknowledged before it is safe", "What was acknowledged last is gone after a death of the store.", LostAtDeath) { Killers = ["DUR-01", "DUR-02"] },
        new("E06", "half of it when full", "A store without room keeps the half and acknowledges it.", static _ => new StoreBehaviour
        {
            Room = static (data, isFull) => new BentGateway(data)
            {
                OnPut = (store, key, body, condition, token) => store.PutAsync(key, isFull() ? body[..(body.Length / 2)] : body, condition, token),
            },
        }) { Killers = ["DUR-06", "INT-04"] },
        new("E08", "a bad key reads as the public", "Whoever is not known may not write, and reads what everybody may: it looks like an empty store.", static _ => new StoreBehaviour
        {
            Stranger = static data => new BentGateway(data)
            {
                OnPut = static (_, key, _, _, _) => throw Refused("put", key),
                OnDelete = static (_, key, _, _) => throw Refused("delete", key),
                OnGet = static (_, _, _, _) => default,
                OnHead = static (_, _, _) => default,
                OnList = static (_, _, _, _, _) => ValueTask.FromResult(new ListPage([], null)),
            },
        }) { Killers = ["SEC-02", "SEC-03"] },
        new("E10", "refused and done", "Calls are refused for now, and some of them carried out all the same.", static setting => new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnPut = async (store, key, body, condition, token) =>
                {
                    if (!setting.Strikes())
                        return await store.PutAsync(key, body, condition, token);
                    if (setting.Fraction() < 0.5)
                        _ = await store.PutAsync(key, body, condition, token);
                    throw Busy(setting, "put", key);
                },
                OnGet = (store, key, range, token) => setting.Strikes() ? throw Busy(setting, "get", key) : store.GetAsync(key, range, token),
                OnList = (store, prefix, after, limit, token) => setting.Strikes() ? throw Busy(setting, "list", prefix) : store.ListAsync(prefix, after, limit, token),
            },
        }) { Killers = ["CAS-02", "CAS-04", "CAS-08", "ERR-04"], Rate = 0.2 },
    ];

    private static StorageException Refused(string operation, string key) => new(StorageErrorKind.NotAuthorized, operation, key, "status 403 AccessDenied");

    private static StorageException Busy(FaultSetting setting, string operation, string key) =>
        new(StorageErrorKind.Throttled, operation, key, "status 503 SlowDown") { RetryAfter = setting.Lag };

    private static StoreBehaviour Instead(FaultSetting setting, byte[] answer) => new()
    {
        Store = sound => new BentGateway(sound)
        {
            OnGet = async (store, key, range, token) => await store.GetAsync(key, range, token) is { } content && setting.Strikes()
                ? new ObjectContent(answer, content.Info with { Length = answer.Length })
                : await store.GetAsync(key, range, token),
        },
    };

    private static StoreBehaviour LostAtDeath(FaultSetting setting)
    {
        ConcurrentQueue<(string Key, long At)> written = new();
        return new StoreBehaviour
        {
            Store = sound => new BentGateway(sound)
            {
                OnPut = async (store, key, body, condition, token) =>
                {
                    string version = await store.PutAsync(key, body, condition, token);
                    written.Enqueue((key, setting.Time.GetTimestamp()));
                    return version;
                },
            },
            Death = async (store, token) =>
            {
                while (written.TryDequeue(out (string Key, long At) last))
                {
                    if (setting.Time.GetElapsedTime(last.At) < setting.Lag && setting.Strikes())
                        _ = await store.DeleteAsync(last.Key, null, token);
                }
            },
        };
    }
}
