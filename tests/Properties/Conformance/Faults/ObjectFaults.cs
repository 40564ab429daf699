using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Wrong bytes, wrong lengths, wrong absences.</summary>
internal static class ObjectFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("last byte of a large object lost", () => new InterceptedStore { OnGet = CutAbove64KiBAsync }, "OBJ-01"),
        new("empty object = absent", () => new InterceptedStore { OnPut = (s, k, b, c, t) => b.Length == 0 ? new ValueTask<string>("e")
            : s.PutAsync(k, b, c, t) }, "OBJ-02"),
        new("absent reads as empty", () => new InterceptedStore { OnGet = EmptyForAbsentAsync }, "OBJ-03", "OBJ-06"),
        new("absent answered as forbidden", () => new InterceptedStore { OnHead = ForbiddenForAbsentAsync }, "OBJ-03"),
        new("Range ignored", () => new InterceptedStore { OnGet = (s, k, _, t) => s.GetAsync(k, null, t) }, "OBJ-04"),
        new("range one byte short", () => new InterceptedStore { OnGet = (s, k, r, t) =>
            s.GetAsync(k, r is { Length: > 1 } x ? x with { Length = x.Length - 1 } : r, t) }, "OBJ-04"),
        new("head tells the packed size", () => new InterceptedStore { OnHead = PackedSizeAsync }, "OBJ-05"),
        new("delete-lag get", DeleteLag, "OBJ-06"),
        new("second delete is an error", () => new InterceptedStore { OnDelete = SecondDeleteThrowsAsync }, "OBJ-06"),
        new("prefix delete", () => new InterceptedStore { OnDelete = DeletePrefixAsync }, "OBJ-07"),
        new("overwrite leaves a tail", () => new InterceptedStore { OnPut = KeepTailAsync }, "OBJ-08"),
        new("stale after overwrite", StaleAfterOverwrite, "OBJ-08"),
        new("line ends changed", () => Transforming(".txt", body => [.. body.Where(b => b != '\r')]), "INT-01"),
        new("unpacked on its way", () => Transforming(".gz", _ => "unpacked"u8.ToArray()), "INT-01"),
        new("bytes of another key", MixedKeys, "INT-06"),
        new("one version for all contents", () => new InterceptedStore { OnGet = OneVersionAsync }, "INT-07"),
        new("bit rot at rest", () => new InterceptedStore { OnGet = RotAsync }, "INT-08"),
        new("expiry", () => new InterceptedStore { OnGet = (s, k, r, t) => k.Contains("/manifest/0003", StringComparison.Ordinal)
            ? new ValueTask<ObjectContent?>((ObjectContent?)null) : s.GetAsync(k, r, t) }, "IMM-04"),
        new("re-put is an error", () => new InterceptedStore { OnPut = RePutThrowsAsync }, "IMM-01"),
        new("re-put appends", () => new InterceptedStore { OnPut = RePutAppendsAsync }, "IMM-01"),
        new("refuses a delete and deletes", () => new InterceptedStore { OnDelete = RefuseAndDeleteAsync }, "IMM-05"),
        new("refuses other bytes and stores them", () => new InterceptedStore { OnPut = RefuseAndStoreAsync }, "IMM-03"),
    ];

    private static async ValueTask<bool> RefuseAndDeleteAsync(IDataGateway store, string key, string? version, CancellationToken cancellation)
    {
        _ = await store.DeleteAsync(key, version, cancellation);
        throw new StorageException(StorageErrorKind.NotAuthorized, "delete", key, "status 403 AccessDenied");
    }

    private static async ValueTask<ObjectContent?> CutAbove64KiBAsync(IDataGateway store, string key, ByteRange? range, CancellationToken cancellation)
    {
        ObjectContent? content = await store.GetAsync(key, range, cancellation);
        return content is { Bytes.Length: > 65_536 } ? content with { Bytes = content.Bytes[..^1] } : content;
    }

    private static async ValueTask<ObjectContent?> EmptyForAbsentAsync(IDataGateway store, string key, ByteRange? range, CancellationToken cancellation) =>
        await store.GetAsync(key, range, cancellation) ?? new ObjectContent(ReadOnlyMemory<byte>.Empty, new ObjectInfo(key, 0, "", null));

    private static async ValueTask<ObjectInfo?> ForbiddenForAbsentAsync(IDataGateway store, string key, CancellationToken cancellation) =>
        await store.HeadAsync(key, cancellation) ?? throw new StorageException(StorageErrorKind.NotAuthorized, "head", key, "forbidden");

    private static async ValueTask<ObjectInfo?> PackedSizeAsync(IDataGateway store, string key, CancellationToken cancellation) =>
        await store.HeadAsync(key, cancellation) is { } info ? info with { Length = info.Length - (info.Length / 10) } : null;

    private static InterceptedStore DeleteLag()
    {
        ConcurrentDictionary<string, ObjectContent> deleted = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnDelete = async (s, k, v, t) =>
            {
                if (await s.GetAsync(k, null, t) is { } content)
                    deleted[k] = content;
                return await s.DeleteAsync(k, v, t);
            },
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) ?? (deleted.TryRemove(k, out ObjectContent? content) ? content : null),
        };
    }

    private static async ValueTask<bool> SecondDeleteThrowsAsync(IDataGateway store, string key, string? version, CancellationToken cancellation) =>
        await store.DeleteAsync(key, version, cancellation) ? true : throw new StorageException(StorageErrorKind.Permanent, "delete", key, "internal error");

    private static async ValueTask<bool> DeletePrefixAsync(IDataGateway store, string key, string? version, CancellationToken cancellation)
    {
        foreach (ObjectInfo below in await InterceptedStore.AllAsync(store, key, cancellation))
            await store.DeleteAsync(below.Key, null, cancellation);
        return true;
    }

    private static async ValueTask<string> KeepTailAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        ObjectContent? old = await store.GetAsync(key, null, cancellation);
        return await store.PutAsync(
            key, old is not null && old.Bytes.Length > body.Length ? (byte[])[.. body.Span, .. old.Bytes.Span[body.Length..]] : body, condition, cancellation);
    }

    private static InterceptedStore StaleAfterOverwrite()
    {
        ConcurrentDictionary<string, ObjectContent> former = new(StringComparer.Ordinal);
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                if (await s.GetAsync(k, null, t) is { } content)
                    former[k] = content;
                return await s.PutAsync(k, b, c, t);
            },
            OnGet = async (s, k, r, t) => former.TryRemove(k, out ObjectContent? stale) ? stale : await s.GetAsync(k, r, t),
        };
    }

    private static InterceptedStore Transforming(string suffix, Func<byte[], byte[]> transform) => new()
    {
        OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is not { } content ? null
            : k.EndsWith(suffix, StringComparison.Ordinal) ? content with { Bytes = transform(content.Bytes.ToArray()) } : content,
    };

    private static InterceptedStore MixedKeys()
    {
        ObjectContent? last = null;
        int calls = 0;
        return new InterceptedStore
        {
            OnGet = async (s, k, r, t) =>
            {
                ObjectContent? content = await s.GetAsync(k, r, t);
                ObjectContent? other = Interlocked.Exchange(ref last, content);
                return content is not null && other is not null && Interlocked.Increment(ref calls) % 60 == 0 ? other : content;
            },
        };
    }

    private static async ValueTask<ObjectContent?> OneVersionAsync(IDataGateway store, string key, ByteRange? range, CancellationToken cancellation)
    {
        await Task.Yield();
        ObjectContent? content = await store.GetAsync(key, range, cancellation);
        return content is null ? null : content with { Info = content.Info with { Version = "1" } };
    }

    private static async ValueTask<ObjectContent?> RotAsync(IDataGateway store, string key, ByteRange? range, CancellationToken cancellation)
    {
        ObjectContent? content = await store.GetAsync(key, range, cancellation);
        if (content is null || !key.Contains("/manifest/0003", StringComparison.Ordinal))
            return content;
        byte[] rotten = content.Bytes.ToArray();
        rotten[rotten.Length / 2] ^= 0x10;
        return content with { Bytes = rotten };
    }

    private static async ValueTask<string> RePutThrowsAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation) =>
        await store.HeadAsync(key, cancellation) is null || key.EndsWith("/probe", StringComparison.Ordinal)
            || key.Contains("/rate/", StringComparison.Ordinal) ? await store.PutAsync(key, body, condition, cancellation)
        : throw new StorageException(StorageErrorKind.Permanent, "put", key, "internal error");

    private static async ValueTask<string> RePutAppendsAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        ObjectContent? old = await store.GetAsync(key, null, cancellation);
        return await store.PutAsync(key, old is null ? body : (byte[])[.. old.Bytes.Span, .. body.Span], condition, cancellation);
    }

    private static async ValueTask<string> RefuseAndStoreAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        ObjectContent? old = await store.GetAsync(key, null, cancellation);
        string version = await store.PutAsync(key, body, condition, cancellation);
        return old is null || old.Bytes.Span.SequenceEqual(body.Span) ? version : throw new StorageException(
            StorageErrorKind.PreconditionFailed, "put", key, "exists");
    }
}
