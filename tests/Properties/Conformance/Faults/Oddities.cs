using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Stores that are odd and sound: nothing may fail on them.</summary>
internal static class Oddities
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("none at all", () => new InterceptedStore()),
        new("slow now and then", SlowNowAndThen),
        new("conflict instead of precondition failed", () => new InterceptedStore { OnPut = ConflictAsync }),
        new("delete of an absent key says true", () => new InterceptedStore { OnDelete = DeletesAlwaysTrueAsync }),
        new("opaque versions, stable and quoted", OpaqueVersions),
        new("no conditions, honestly refused", NoConditions),
        new("small pages", () => new InterceptedStore { OnList = (s, p, a, l, t) => s.ListAsync(p, a, Math.Min(l, 13), t) }),
        new("a refusal for each 500th call", Busy),
        new("no versions at all", NoVersions),
        new("no channel", () => new InterceptedStore { OnHeads = s => new InterceptedHeads(s) { OnTraits = t => t with { Push = false } } }),
        new("messages that come twice and in another order", () => new InterceptedStore { OnHeads = s => new InterceptedHeads(s) { OnSubscribe = TwiceAsync } }),
        new("names of ASCII only, the rest refused", () => new InterceptedStore { OnPut = AsciiOnlyAsync }),
    ];

    private static InterceptedStore SlowNowAndThen()
    {
        int calls = 0;
        async ValueTask Wait(CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref calls) % 97 == 0)
                await Task.Delay(15, cancellation);
        }

        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                await Wait(t);
                return await s.PutAsync(k, b, c, t);
            },
            OnGet = async (s, k, r, t) =>
            {
                await Wait(t);
                return await s.GetAsync(k, r, t);
            },
            OnList = async (s, p, a, l, t) =>
            {
                await Wait(t);
                return await s.ListAsync(p, a, l, t);
            },
        };
    }

    private static async ValueTask<string> ConflictAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            return await store.PutAsync(key, body, condition, cancellation);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.PreconditionFailed)
        {
            throw new StorageException(StorageErrorKind.Conflict, "put", key, "conflict", failure);
        }
    }

    private static async ValueTask<bool> DeletesAlwaysTrueAsync(IDataGateway store, string key, string? version, CancellationToken cancellation)
    {
        await store.DeleteAsync(key, version, cancellation);
        return true;
    }

    private static InterceptedStore OpaqueVersions()
    {
        static ObjectInfo Dress(ObjectInfo info) => info with { Version = $"\"x-{info.Version}-2\"" };
        static string Undress(string version) => version[3..^3];
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
                $"\"x-{await s.PutAsync(k, b, c.Version is { } v && v.StartsWith("\"x-", StringComparison.Ordinal) ? PutCondition.IfMatches(Undress(v)) : c, t)}-2\"",
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is { } content ? content with { Info = Dress(content.Info) } : null,
            OnHead = async (s, k, t) => await s.HeadAsync(k, t) is { } info ? Dress(info) : null,
            OnDelete = (s, k, v, t) => s.DeleteAsync(k, v is null ? null : Undress(v), t),
            OnList = async (s, p, a, l, t) => await s.ListAsync(p, a, l, t) is var page ? page with { Objects = [.. page.Objects.Select(Dress)] } : page,
        };
    }

    private static InterceptedStore NoConditions() => new()
    {
        OnTraits = t => t with { ConditionalCreate = false, ConditionalReplace = false, ConditionalDelete = false },
        OnPut = (s, k, b, c, t) => c == PutCondition.None ? s.PutAsync(k, b, c, t) : throw new StorageException(
            StorageErrorKind.Unsupported, "put", k, "not implemented"),
        OnDelete = (s, k, v, t) => v is null ? s.DeleteAsync(k, v, t) : throw new StorageException(
            StorageErrorKind.Unsupported, "delete", k, "not implemented"),
    };

    private static InterceptedStore Busy()
    {
        int calls = 0;
        bool Refuses() => Interlocked.Increment(ref calls) % 500 == 0;
        static StorageException Refusal(string operation, string key) => new(StorageErrorKind.Throttled, operation, key, "slow down");
        return new InterceptedStore
        {
            OnPut = (s, k, b, c, t) => Refuses() ? throw Refusal("put", k) : s.PutAsync(k, b, c, t),
            OnGet = (s, k, r, t) => Refuses() ? throw Refusal("get", k) : s.GetAsync(k, r, t),
            OnHead = (s, k, t) => Refuses() ? throw Refusal("head", k) : s.HeadAsync(k, t),
            OnList = (s, p, a, l, t) => Refuses() ? throw Refusal("list", p) : s.ListAsync(p, a, l, t),
        };
    }

    private static InterceptedStore NoVersions()
    {
        static ObjectInfo Strip(ObjectInfo info) => info with { Version = "" };
        return new InterceptedStore
        {
            OnTraits = t => t with { ConditionalReplace = false, ConditionalDelete = false },
            OnPut = async (s, k, b, c, t) =>
            {
                if (c.Version is not null)
                    throw new StorageException(StorageErrorKind.Unsupported, "put", k, "no versions");
                await s.PutAsync(k, b, c, t);
                return "";
            },
            OnGet = async (s, k, r, t) => await s.GetAsync(k, r, t) is { } content ? content with { Info = Strip(content.Info) } : null,
            OnHead = async (s, k, t) => await s.HeadAsync(k, t) is { } info ? Strip(info) : null,
            OnList = async (s, p, a, l, t) => await s.ListAsync(p, a, l, t) is var page ? page with { Objects = [.. page.Objects.Select(Strip)] } : page,
        };
    }

    private static async IAsyncEnumerable<MetaReading> TwiceAsync(IMetadataGateway sound, [EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading? former = null;
        await foreach (MetaReading reading in sound.SubscribeAsync(cancellation))
        {
            yield return reading;
            if (former is not null)
                yield return former;
            yield return reading;
            former = reading;
        }
    }

    private static ValueTask<string> AsciiOnlyAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation) =>
        key.Contains("/NAM-0", StringComparison.Ordinal) && !key.Contains("/NAM-02", StringComparison.Ordinal) && key.Any(c => c is < ' ' or > '~')
            ? throw new StorageException(StorageErrorKind.InvalidName, "put", key, "ASCII only") : store.PutAsync(key, body, condition, cancellation);
}
