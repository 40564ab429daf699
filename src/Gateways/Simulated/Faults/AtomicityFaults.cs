using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>A: objects that are seen half done.</summary>
internal static class AtomicityFaults
{
    private const int Border = 64 << 10;

    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(4);

    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("A01", "overwrite in place", "Whoever reads during an overwrite gets the beginning of the new content and the end of the old one.", static setting =>
            Putting((store, key, body, condition, token) => InPlaceAsync(setting, store, key, body, condition, token))) { Killers = ["CCY-01"], Lag = _moment },
        new("A02", "visible while uploading", "The beginning of an object can be read before its put has ended.", static setting =>
            Putting((store, key, body, condition, token) => GrowingAsync(setting, store, key, body, condition, token))) { Killers = ["CCY-02", "INT-04"], Lag = _moment },
        new("A04", "delete, then write", "An overwrite deletes the old object before the new one is there.", static setting =>
            Putting((store, key, body, condition, token) => DeleteFirstAsync(setting, store, key, body, condition, token))) { Killers = ["CCY-01", "CCY-03"], Lag = _moment },
        new("A07", "uploads share their parts", "Two uploads in parts of one key at once put their parts into the same slots.", SharedParts) { Killers = ["CCY-05"], Lag = _moment },
        new("A08", "what was broken off stays", "An upload in parts that is broken off leaves the parts so far as the object.", PartsStay) { Killers = ["INT-04", "CCY-05"], Lag = _moment },
    ];

    private static StoreBehaviour Putting(Func<IDataGateway, string, ReadOnlyMemory<byte>, PutCondition, CancellationToken, ValueTask<string>> put) =>
        new() { Store = sound => new BentGateway(sound) { OnPut = put } };

    private static async ValueTask<string> InPlaceAsync(
        FaultSetting setting, IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (condition == PutCondition.None && setting.Strikes() && await store.GetAsync(key, null, cancellation) is { } old)
        {
            int part = Math.Min(old.Bytes.Length, body.Length) > Border ? Border : Math.Min(old.Bytes.Length, body.Length) / 2;
            _ = await store.PutAsync(key, (byte[])[.. body.Span[..part], .. old.Bytes.Span[part..]], PutCondition.None, cancellation);
            await setting.WaitAsync(CancellationToken.None);
        }

        return await store.PutAsync(key, body, condition, cancellation);
    }

    private static async ValueTask<string> GrowingAsync(
        FaultSetting setting, IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (condition == PutCondition.None && body.Length > 500 && setting.Strikes())
        {
            _ = await store.PutAsync(key, body[..(body.Length / 2)], PutCondition.None, cancellation);
            await setting.WaitAsync(cancellation);
        }

        return await store.PutAsync(key, body, condition, cancellation);
    }

    private static async ValueTask<string> DeleteFirstAsync(
        FaultSetting setting, IDataGateway store, string key, ReadOnlyMemory<byte> body, PutCondition condition, CancellationToken cancellation)
    {
        if (condition == PutCondition.None && setting.Strikes() && await store.DeleteAsync(key, null, cancellation))
            await setting.WaitAsync(CancellationToken.None);
        return await store.PutAsync(key, body, condition, cancellation);
    }

    private static StoreBehaviour SharedParts(FaultSetting setting)
    {
        ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> uploads = new(StringComparer.Ordinal);
        return InParts((store, key, content, condition, token) => UploadAsync(setting, store, key, content, condition, (number, part) =>
        {
            ConcurrentDictionary<int, byte[]> slots = uploads.GetOrAdd(key, static _ => new ConcurrentDictionary<int, byte[]>());
            if (setting.Strikes())
                slots[number] = part;
            return slots.GetValueOrDefault(number, part);
        }, static _ => ValueTask.CompletedTask, parts =>
        {
            ConcurrentDictionary<int, byte[]>? slots = uploads.GetValueOrDefault(key);
            return [.. parts.Select((own, number) => slots?.GetValueOrDefault(number) is { } there && there.Length == own.Length ? there : own)];
        }, token));
    }

    private static StoreBehaviour PartsStay(FaultSetting setting) => InParts((store, key, content, condition, token) => UploadAsync(
        setting,
        store,
        key,
        content,
        condition,
        static (_, part) => part,
        async parts =>
        {
            if (parts.Count > 0 && setting.Strikes())
                _ = await store.PutAsync(key, Joined(parts), PutCondition.None, CancellationToken.None);
        },
        static parts => parts,
        token));

    private static StoreBehaviour InParts(Func<IDataGateway, string, ContentSource, PutCondition, CancellationToken, ValueTask<string>> put) =>
        new() { Store = sound => new BentGateway(sound) { OnPutSource = put }, PartsAbove = Border };

    private static async ValueTask<string> UploadAsync(
        FaultSetting setting,
        IDataGateway store,
        string key,
        ContentSource content,
        PutCondition condition,
        Func<int, byte[], byte[]> keep,
        Func<List<byte[]>, ValueTask> broken,
        Func<List<byte[]>, List<byte[]>> complete,
        CancellationToken cancellation)
    {
        List<byte[]> parts = [];
        long length = 0;
        try
        {
            await using Stream body = await content.OpenAsync(cancellation);
            while (true)
            {
                byte[] part = new byte[Border];
                int read = await body.ReadAtLeastAsync(part, Border, throwOnEndOfStream: false, cancellation);
                if (read == 0)
                    break;
                parts.Add(keep(parts.Count, part[..read]));
                length += read;
                await Task.Delay(setting.Lag * (0.5 + setting.Fraction()), setting.Time, cancellation);
            }
        }
        catch
        {
            await broken(parts);
            throw;
        }

        if (length != content.Length)
        {
            await broken(parts);
            throw content.WrongLength(key);
        }

        return await store.PutAsync(key, Joined(complete(parts)), condition, cancellation);
    }

    private static byte[] Joined(List<byte[]> parts) => [.. parts.SelectMany(static part => part)];
}
