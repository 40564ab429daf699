using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>K: what is odd and sound.</summary>
internal static class Oddities
{
    private const int ShortPage = 13;

    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("K01", "slow", "Now and then a call takes two seconds.", static setting => Before(setting, async (_, _, token) =>
        {
            if (setting.Strikes())
                await setting.WaitAsync(token);
        })) { Rate = 0.01 },
        new("K02", "eventual", "New objects are found after two seconds and listed after five, as the store says.", static setting => new StoreBehaviour
        {
            Store = sound => new LaggingGateway(
                Weak(sound), new VisibilityLags { Create = setting.Lag * 0.4, ListAdd = setting.Lag, ListRemove = setting.Lag, Delete = setting.Lag * 0.4 }, setting),
            HeadsAreObjects = true,
        }) { Lag = TimeSpan.FromSeconds(5) },
        new("K03", "conflict in place of precondition", "A condition that does not hold is told as a conflict.", static _ => new StoreBehaviour
        {
            Store = static sound => new BentGateway(sound) { OnPut = ConflictAsync },
        }),
        new("K04", "no such key in place of precondition", "A condition on an absent key is answered with 404, which the gateway tells as a condition that does not hold.", static _ => new StoreBehaviour
        {
            Store = static sound => new BentGateway(sound)
            {
                OnPut = static async (store, key, body, condition, token) => condition.Version is not null && await store.HeadAsync(key, token) is null
                    ? throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "status 404 NoSuchKey")
                    : await store.PutAsync(key, body, condition, token),
            },
        }),
        new("K05", "every delete succeeds", "A delete of an absent key says that it deleted.", static setting => new StoreBehaviour
        {
            Store = static sound => new BentGateway(sound)
            {
                OnDelete = static async (store, key, version, token) =>
                {
                    _ = await store.DeleteAsync(key, version, token);
                    return true;
                },
            },
        }),
        new("K06", "opaque versions", "Versions are no hashes and hold odd characters, and stay as they are.", static _ => new StoreBehaviour { Store = OpaqueVersions }),
        new("K07", "no conditions", "Conditional calls are refused, and the store says so before.", static _ => new StoreBehaviour { Store = static sound => new UnconditionalGateway(sound) }),
        new("K08", "no channel", "Nobody can subscribe.", static _ => new StoreBehaviour
        {
            Heads = static sound => new BentHeads(sound) { OnTraits = static traits => traits with { Push = false } },
        }),
        new("K09", "short pages", "A page of a listing holds less than was asked for.", static _ => new StoreBehaviour
        {
            Store = static sound => new BentGateway(sound)
            {
                OnList = static (store, prefix, after, limit, token) => store.ListAsync(prefix, after, Math.Min(limit, ShortPage), token),
            },
        }),
        new("K10", "messages twice and out of order", "A message comes again, and after a later one.", static _ => new StoreBehaviour
        {
            Heads = static sound => new BentHeads(sound) { OnSubscribe = TwiceAsync },
        }),
        new("K11", "busy", "One call in twenty is refused for now, with the time to wait.", static setting => Before(setting, (operation, key, _) =>
            setting.Strikes() ? throw new StorageException(StorageErrorKind.Throttled, operation, key, "status 503 SlowDown") { RetryAfter = setting.Lag } : Task.CompletedTask))
            { Rate = 0.05, Lag = TimeSpan.FromMilliseconds(100) },
        new("K12", "written once, for good", "Deletes are refused: what compaction replaces stays.", static _ => new StoreBehaviour
        {
            Store = static sound => new BentGateway(sound)
            {
                OnTraits = static traits => traits with { ConditionalDelete = false },
                OnDelete = static (_, key, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "delete", key, "status 403 AccessDenied: the object is locked"),
            },
        }),
    ];

    private static BentGateway Weak(IDataGateway sound) => new(sound) { OnTraits = static traits => traits with { StronglyConsistent = false } };

    private static StoreBehaviour Before(FaultSetting setting, Func<string, string, CancellationToken, Task> wait) => new()
    {
        Store = sound => new BentGateway(sound)
        {
            OnPut = async (store, key, body, condition, token) =>
            {
                await wait("put", key, token);
                return await store.PutAsync(key, body, condition, token);
            },
            OnGet = async (store, key, range, token) =>
            {
                await wait("get", key, token);
                return await store.GetAsync(key, range, token);
            },
            OnHead = async (store, key, token) =>
            {
                await wait("head", key, token);
                return await store.HeadAsync(key, token);
            },
            OnDelete = async (store, key, version, token) =>
            {
                await wait("delete", key, token);
                return await store.DeleteAsync(key, version, token);
            },
            OnList = async (store, prefix, after, limit, token) =>
            {
                await wait("list", prefix, token);
                return await store.ListAsync(prefix, after, limit, token);
            },
        },
    };

    private static async ValueTask<string> ConflictAsync(IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            return await store.PutAsync(key, body, condition, cancellation);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.PreconditionFailed)
        {
            throw new StorageException(StorageErrorKind.Conflict, "put", key, "status 409 ConditionalRequestConflict", failure);
        }
    }

    private static BentGateway OpaqueVersions(IDataGateway sound)
    {
        static string Dressed(string version) => $"x-{version}/+=-2";
        static string Undressed(string version) => version.StartsWith("x-", StringComparison.Ordinal) && version.Length > 7 ? version[2..^5] : version;
        static ObjectInfo Dress(ObjectInfo info) => info with { Version = Dressed(info.Version) };
        return new BentGateway(sound)
        {
            OnPut = static async (store, key, body, condition, token) => Dressed(
                await store.PutAsync(key, body, condition.Version is { } version ? PutCondition.IfMatches(Undressed(version)) : condition, token)),
            OnGet = static async (store, key, range, token) => await store.GetAsync(key, range, token) is { } content ? content with { Info = Dress(content.Info) } : null,
            OnHead = static async (store, key, token) => await store.HeadAsync(key, token) is { } info ? Dress(info) : null,
            OnDelete = static (store, key, version, token) => store.DeleteAsync(key, version is null ? null : Undressed(version), token),
            OnList = static async (store, prefix, after, limit, token) =>
                await store.ListAsync(prefix, after, limit, token) is var page ? page with { Objects = [.. page.Objects.Select(Dress)] } : page,
        };
    }

    private static async IAsyncEnumerable<MetaReading> TwiceAsync(IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading? former = null;
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
        {
            yield return reading;
            if (former is not null)
                yield return former;
            yield return reading;
            former = reading;
        }
    }
}
