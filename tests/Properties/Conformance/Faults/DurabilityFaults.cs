using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Writes that are acknowledged and do not stay, and what broken-off ones leave behind.</summary>
internal static class DurabilityFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("what was acknowledged last is lost with the process", LostWithTheProcess, "DUR-01"),
        new("a folder that acknowledges before it syncs", () => new InterceptedStore { OnTarget = t => t with { OnDisk = Unsynced } }, "DUR-02"),
        new("a file waits in the client until the next call for one", () => new InterceptedStore { OnHandle = data => new WriteBehind(data) }, "DUR-03"),
        new("a delete takes the newest file too", () => new InterceptedStore { OnDelete = DeletesNewestTooAsync }, "DUR-04"),
        new("a broken-off upload lies beside its key", () => BreakingOff(".part"), "DUR-05"),
        new("a broken-off upload lies under its key", () => BreakingOff(""), "DUR-05"),
        new("a full store keeps half and acknowledges", () => WhenFull(acknowledges: true), "DUR-06"),
        new("a full store keeps half and refuses", () => WhenFull(acknowledges: false), "DUR-06"),
        new("a file that is put again is appended to", () => new InterceptedStore { OnPut = AppendingAsync }, "DUR-07"),
    ];

    private static bool IsFile(string key) => key.EndsWith(".car", StringComparison.Ordinal) && key.Contains("/data/", StringComparison.Ordinal);

    private static InterceptedStore LostWithTheProcess()
    {
        ConcurrentStack<string> puts = new();
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                string version = await s.PutAsync(k, b, c, t);
                puts.Push(k);
                return version;
            },
            OnTarget = target => target with
            {
                Restart = async token =>
                {
                    for (int i = 0; i < 8 && puts.TryPop(out string? key); i++)
                        await target.Data.DeleteAsync(key, null, token);
                },
            },
        };
    }

    private static FolderDeviceStore Unsynced(IDisk disk) =>
        new(disk, "/disk", "database", new GatewayOptions { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, Durability = Durability.Os });

    private static async ValueTask<bool> DeletesNewestTooAsync(IDataGateway store, string key, string? version, CancellationToken cancellation)
    {
        if (IsFile(key))
        {
            List<ObjectInfo> files = await InterceptedStore.AllAsync(store, key[..(key.LastIndexOf('/') + 1)], cancellation);
            if (files.Where(file => file.Key != key).MaxBy(file => file.LastModified) is { } newest)
                await store.DeleteAsync(newest.Key, null, cancellation);
        }

        return await store.DeleteAsync(key, version, cancellation);
    }

    private static InterceptedStore BreakingOff(string suffix) => new()
    {
        OnPutSource = async (s, k, source, c, t) =>
        {
            using MemoryStream part = new();
            try
            {
                await using Stream content = await source.OpenAsync(t);
                await content.CopyToAsync(part, 10_000, t);
            }
            catch (OperationCanceledException)
            {
                await s.PutAsync(k + suffix, part.ToArray(), PutCondition.None, CancellationToken.None);
                throw;
            }

            string version = await s.PutAsync(part.Length == source.Length ? k : k + suffix, part.ToArray(), c, t);
            return part.Length == source.Length ? version : throw source.WrongLength(k);
        },
    };

    /// <summary>A store that can be made full, and then keeps the first half of what is put.</summary>
    private static InterceptedStore WhenFull(bool acknowledges)
    {
        bool isFull = false;
        return new InterceptedStore
        {
            OnPut = async (s, k, b, c, t) =>
            {
                if (!Volatile.Read(ref isFull))
                    return await s.PutAsync(k, b, c, t);
                string version = await s.PutAsync(k, b[..(b.Length / 2)], c, t);
                return acknowledges ? version : throw new StorageException(StorageErrorKind.NoSpace, "put", k, "the quota is used up");
            },
            OnTarget = target => target with
            {
                Fill = full =>
                {
                    Volatile.Write(ref isFull, full);
                    return ValueTask.CompletedTask;
                },
            },
        };
    }

    private static async ValueTask<string> AppendingAsync(
        IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation) =>
        IsFile(key) && await store.GetAsync(key, null, cancellation) is { } there
            ? await store.PutAsync(key, (byte[])[.. there.Bytes.Span, .. body.Span], condition, cancellation)
            : await store.PutAsync(key, body, condition, cancellation);

    // One file is held back until the client asks for something else. Whoever dies before that takes it along.
    private sealed class WriteBehind(IDataGateway data) : DataGatewayWrapper(data)
    {
        private (string Key, ReadOnlyMemory<byte> Content)? _held;

        public override async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            await ReleaseAsync(cancellation);
            if (!key.EndsWith(".car", StringComparison.Ordinal))
                return await Inner.PutAsync(key, content, condition, cancellation);
            _held = (key, content.ToArray());
            return "held";
        }

        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            await ReleaseAsync(cancellation);
            return await proceed(cancellation);
        }

        private async ValueTask ReleaseAsync(CancellationToken cancellation)
        {
            if (_held is { } held)
                await Inner.PutAsync(held.Key, held.Content, PutCondition.None, cancellation);
            _held = null;
        }
    }
}
