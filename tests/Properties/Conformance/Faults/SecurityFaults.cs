using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Stores that tell too much, let in too many, or hide what was done to them.</summary>
internal static class SecurityFaults
{
    private const string Password = "password-of-the-tests-71";

    public static IEnumerable<Fault> All { get; } =
    [
        new("a name tells what is in the documents", () => new InterceptedStore { OnPut = NamesWordsAsync }, "SEC-01"),
        new("the key lies beside the files", () => new InterceptedStore { OnPut = StoresKeyAsync }, "SEC-01"),
        new("who has no credentials reads what is public", () => LettingIn(writes: false, asEmpty: false), "SEC-02", "SEC-03"),
        new("who has no credentials sees an empty store", () => LettingIn(writes: false, asEmpty: true), "SEC-02", "SEC-03"),
        new("who has no credentials may do all", () => LettingIn(writes: true, asEmpty: false), "SEC-02", "SEC-03"),
        new("what was tampered with is answered as it was before", AsItWas, "SEC-04"),
        new("a signed address does not end", () => new LendingStore { Ends = false }, "SEC-05"),
        new("a signed address is good for every method", () => new LendingStore { BindsMethod = false }, "SEC-05"),
        new("a signed address is good for every key", () => new LendingStore { BindsKey = false }, "SEC-05"),
        new("a refusal tells the password", TellsPassword, "SEC-06"),
        new("what a device remembers of its remote is dropped", () => new InterceptedStore { OnPut = (s, k, b, c, t) =>
            k.Contains("/remotes/", StringComparison.Ordinal) ? ValueTask.FromResult("dropped") : s.PutAsync(k, b, c, t) }, "SEC-07"),
    ];

    private static bool IsFile(string key) => key.EndsWith(".car", StringComparison.Ordinal) && key.Contains("/data/", StringComparison.Ordinal);

    // What the clause takes for its words and its key: the first that chance gives it.
    private static async ValueTask<string> NamesWordsAsync(IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (IsFile(key))
            await store.PutAsync($"{key[..key.LastIndexOf('/')]}/word-{new Dice(1, "SEC-01").Hex(16)}-0", new byte[1], PutCondition.None, cancellation);
        return await store.PutAsync(key, body, condition, cancellation);
    }

    private static async ValueTask<string> StoresKeyAsync(IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (IsFile(key))
            await store.PutAsync($"{key[..key.LastIndexOf('/')]}/key", new Dice(1, "databases SEC-01").Bytes(16), PutCondition.None, cancellation);
        return await store.PutAsync(key, body, condition, cancellation);
    }

    private static InterceptedStore LettingIn(bool writes, bool asEmpty)
    {
        static StorageException Refusal(string operation, string key) => new(StorageErrorKind.NotAuthorized, operation, key, "status 403 AccessDenied");
        return new InterceptedStore
        {
            OnTarget = target =>
            {
                StoreAccess stranger = new("a stranger", _ => ValueTask.FromResult<IDataGateway>(new InterceptedStore
                {
                    OnGet = async (_, k, r, t) => asEmpty ? null : await target.Data.GetAsync(k, r, t),
                    OnHead = async (_, k, t) => asEmpty ? null : await target.Data.HeadAsync(k, t),
                    OnList = async (_, p, a, l, t) => asEmpty ? new ListPage([], null) : await target.Data.ListAsync(p, a, l, t),
                    OnPut = (_, k, b, c, t) => writes ? target.Data.PutAsync(k, b, c, t) : throw Refusal("put", k),
                    OnDelete = (_, k, v, t) => writes ? target.Data.DeleteAsync(k, v, t) : throw Refusal("delete", k),
                }));
                return target with { Strangers = [stranger], OtherTenant = stranger, OtherTenantOption = "--other" };
            },
        };
    }

    private static InterceptedStore AsItWas()
    {
        ConcurrentDictionary<string, ObjectContent> first = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is not { } content ? null : IsFile(k) ? first.GetOrAdd(k, content) : content,
        };
    }

    private static InterceptedStore TellsPassword() => new()
    {
        OnPut = (s, k, b, c, t) => k.StartsWith("../", StringComparison.Ordinal)
            ? throw new StorageException(StorageErrorKind.InvalidName, "put", k, $"PUT http://alice:{Password}@store/{k} answers 400") : s.PutAsync(k, b, c, t),
        OnTarget = target => target with { Secrets = [new Secret(Password)] },
    };
}
