using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Conditions that are not what they seem.</summary>
internal static class ConditionFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("ignores If-None-Match", () => new InterceptedStore { OnPut = (s, k, b, c, t) =>
            s.PutAsync(k, b, c.IsIfAbsent ? PutCondition.None : c, t) }, "CAS-01", "CAS-02", "IMM-03"),
        new("ignores If-Match", () => new InterceptedStore { OnPut = IgnoreMatchAsync }, "CAS-01", "CAS-04", "CAS-05"),
        new("says that it has no conditions and ignores them", () => new InterceptedStore
        {
            OnTraits = t => t with { ConditionalCreate = false, ConditionalReplace = false, ConditionalDelete = false },
            OnPut = (s, k, b, _, t) => s.PutAsync(k, b, PutCondition.None, t),
        }, "CAS-01"),
        new("If-None-Match checked before, not with the write", () => new InterceptedStore { OnPut = CheckThenPutAsync }, "CAS-02"),
        new("If-Match on absent key creates", () => new InterceptedStore { OnPut = CreateOnMatchAsync }, "CAS-05"),
        new("version is the length", () => new InterceptedStore { OnPut = VersionlessPutAsync, OnGet = LengthVersionAsync, OnHead = LengthHeadAsync,
            OnList = VersionlessListAsync }, "CAS-06"),
        new("quoted version in listings", () => new InterceptedStore { OnList = QuotedListAsync }, "CAS-06"),
        new("told version refused", () => new InterceptedStore { OnPut = (s, k, b, c, t) =>
            s.PutAsync(k, b, c.Version is null ? c : PutCondition.IfMatches(c.Version + "\""), t) }, "CAS-06"),
        new("conditional DELETE unconditional", () => new InterceptedStore { OnDelete = (s, k, _, t) => s.DeleteAsync(k, null, t) }, "CAS-07"),
    ];

    private static async ValueTask<string> IgnoreMatchAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        await Task.Yield();
        return await store.PutAsync(key, body, condition.Version is null ? condition : PutCondition.None, cancellation);
    }

    private static async ValueTask<string> CheckThenPutAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (!condition.IsIfAbsent)
            return await store.PutAsync(key, body, condition, cancellation);
        if (await store.HeadAsync(key, cancellation) is not null)
            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "exists");

        // Long enough for another creator to look in between, on a busy machine too.
        await Task.Delay(20, cancellation);
        return await store.PutAsync(key, body, PutCondition.None, cancellation);
    }

    private static async ValueTask<string> CreateOnMatchAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation) =>
        await store.PutAsync(
            key, body, condition.Version is not null && await store.HeadAsync(key, cancellation) is null ? PutCondition.None : condition, cancellation);

    private static async ValueTask<string> VersionlessPutAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        await store.PutAsync(key, body, condition.Version is null ? condition : PutCondition.None, cancellation);
        return "";
    }

    private static async ValueTask<ObjectContent?> LengthVersionAsync(IDataGateway store, string key, ByteRange? range, CancellationToken cancellation) =>
        await store.GetAsync(key, range, cancellation) is { } content ? content with { Info = content.Info with { Version = $"{content.Info.Length}" } } : null;

    private static async ValueTask<ObjectInfo?> LengthHeadAsync(IDataGateway store, string key, CancellationToken cancellation) =>
        await store.HeadAsync(key, cancellation) is { } info ? info with { Version = $"{info.Length}" } : null;

    private static async ValueTask<ListPage> VersionlessListAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page with { Objects = [.. page.Objects.Select(o => o with { Version = "" })] };
    }

    private static async ValueTask<ListPage> QuotedListAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page with { Objects = [.. page.Objects.Select(o => o with { Version = $"\"{o.Version}\"" })] };
    }
}
