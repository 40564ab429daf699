using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FireproofBench.EndpointBench;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.SyncBench;

/// <summary>What is measured; each gives rows of a table: what, figure, what is wanted.</summary>
internal static class Measurements
{
    /// <summary>From a put on one device to its document on another, both attached to an endpoint on this machine.</summary>
    public static async Task<string> LatencyAsync(int puts)
    {
        await using EndpointProcess endpoint = await EndpointProcess.StartAsync();
        await using HttpDeviceStore firstRemote = Devices.At(endpoint.Address);
        await using HttpDeviceStore secondRemote = Devices.At(endpoint.Address);
        await using Database first = await Devices.OpenAsync();
        await using Database second = await Devices.OpenAsync();
        await first.PutAsync(Devices.Numbered("begin", 0));
        await (await first.AttachAsync(Devices.RemoteOf(firstRemote))).WhenUpToDateAsync();
        await (await second.AttachAsync(Devices.RemoteOf(secondRemote))).WhenUpToDateAsync();
        ConcurrentDictionary<string, TaskCompletionSource> awaited = new();
        using IDisposable hearing = second.Subscribe(change =>
        {
            foreach (string id in change.Ids)
            {
                if (awaited.TryRemove(id, out TaskCompletionSource? waiter))
                    waiter.TrySetResult();
            }
        });
        var times = new List<double>();
        for (int i = -200; i < puts; i++)
        {
            Document document = Devices.Numbered("put", i + 1000);
            TaskCompletionSource seen = awaited[document.Id!] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            long start = Stopwatch.GetTimestamp();
            await first.PutAsync(document);
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
            if (await second.GetAsync(document.Id!) is null)
                throw new InvalidOperationException("a change was told whose document is not there");
            if (i >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(10);
        }

        return Row("put on one device to readable on another, through the endpoint", $"p50 {Devices.Percentile(times, 0.5):F1} ms, p99 {Devices.Percentile(times, 0.99):F1} ms, max {times.Max():F1} ms", "p99 below 50 ms");
    }

    /// <summary>Many devices that are told of nothing write; one that is told has everything. In turns with the raw uploads, at one endpoint, after a turn that warms both up.</summary>
    public static async Task<string> WritersAsync(int devices, int writes)
    {
        const int Rounds = 5;
        await using EndpointProcess endpoint = await EndpointProcess.StartAsync();
        List<double> sent = [];
        List<double> seen = [];
        List<double> raw = [];
        long bytes = 0;
        for (int round = 0; round <= Rounds; round++)
        {
            (double Sent, double Seen, long Bytes) written = await WriteAsync(endpoint.Address, $"round{round}", devices, writes);
            double uploaded = await RawAsync(endpoint.Address, $"raw{round}", devices, writes, (int)(written.Bytes / (devices * writes)));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(round == 0 ? "warming up" : $"round {round}")}: {written.Seen:F2} s, raw {uploaded:F2} s"));
            if (round == 0)
                continue;
            sent.Add(written.Sent);
            seen.Add(written.Seen);
            raw.Add(uploaded);
            bytes = written.Bytes;
        }

        List<double> ratios = [.. seen.Zip(raw, static (all, bare) => all / bare)];
        return Row(
            $"{devices} devices write {writes} documents each; an observer has them all",
            $"{Devices.Percentile(seen, 0.5):F1} s after the first put ({Devices.Percentile(sent, 0.5):F1} s for the writers); the raw uploads (the same count of objects and of entries, by as many clients): {Devices.Percentile(raw, 0.5):F1} s; {Devices.Percentile(ratios, 0.5):F1}x (median of {Rounds} rounds, {ratios.Min():F1} to {ratios.Max():F1}); {bytes / (devices * writes)} bytes a document",
            "2x the raw uploads");
    }

    /// <summary>A device that has nothing reads one document of a large, compacted database.</summary>
    public static async Task<string> FreshAsync(int documents)
    {
        MemoryDeviceStore remote = Devices.NewStore();
        await using (Database writer = await Devices.OpenAsync(CompactionMode.Manual))
        {
            for (int i = 0; i < documents; i += 2000)
                await writer.PutManyAsync([.. Enumerable.Range(i, 2000).Select(static number => Devices.Numbered("doc", number))]);
            await writer.CompactAsync();
            await (await writer.AttachAsync(Devices.RemoteOf(remote))).WhenUpToDateAsync();
        }

        long total = 0;
        await foreach (ObjectInfo file in remote.Data.ListAllAsync("data/", CancellationToken.None))
            total += file.Length;
        CountedRemote counted = new(remote);
        await using Database fresh = await Devices.OpenAsync();
        long start = Stopwatch.GetTimestamp();
        await fresh.AttachAsync(counted.Store, new AttachOptions { Prefetch = false });
        if (await fresh.GetAsync($"doc{documents * 2 / 3:d6}") is null)
            throw new InvalidOperationException("the document is not there");
        return Row(
            $"a fresh device reads one document of {documents:N0}, compacted",
            $"{counted.Requests} requests, {counted.Down:N0} of {total:N0} bytes ({100.0 * counted.Down / total:F0} %), {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms from memory",
            "at most 20 requests and a quarter of the bytes");
    }

    /// <summary>What goes over the wire for a transaction, beside its file.</summary>
    public static async Task<string> BytesAsync(int writes)
    {
        string rows = "";
        foreach (CompactionMode compaction in (CompactionMode[])[CompactionMode.Manual, CompactionMode.Automatic])
        {
            int count = compaction == CompactionMode.Manual ? 60 : writes;
            CountedRemote counted = new(Devices.NewStore());
            await using Database database = await Devices.OpenAsync(compaction);
            RemoteLink link = await database.AttachAsync(counted.Store);
            long files = 0;
            for (int i = 0; i < count; i++)
            {
                long before = link.Status.Sent.Bytes;
                await database.PutAsync(Devices.Numbered("doc", i));
                await link.WhenSentAsync();
                files += link.Status.Sent.Bytes - before;
            }

            rows += Row(
                compaction == CompactionMode.Manual ? $"upload of a transaction, beside its own file ({count} in a row)" : $"the same, with the files that compaction makes ({count} in a row)",
                $"{counted.Up / (double)count:F0} bytes a transaction, {counted.Up / (double)files:F3}x the files sent",
                compaction == CompactionMode.Manual ? "1.2x" : "");
        }

        return rows;
    }

    /// <summary>Heads of many devices that were written side by side, merged at once.</summary>
    public static async Task<string> HeadsAsync(int devices)
    {
        var times = new List<double>();
        for (int round = 0; round < 9; round++)
        {
            MemoryDeviceStore remote = Devices.NewStore();
            await using Database merger = await Devices.OpenAsync();
            await merger.PutAsync(Devices.Numbered("begin", 0));
            await using (RemoteLink first = await merger.AttachAsync(Devices.RemoteOf(remote)))
                await first.WhenUpToDateAsync();
            MetaReading begin = await remote.Metadata.ReadAsync(CancellationToken.None);
            List<MetaEntry> entries = [];
            for (int i = 0; i < devices; i++)
            {
                // Each knows the beginning and nobody else.
                MemoryDeviceStore own = Devices.NewStore();
                await CopyAsync(remote, own, begin);
                await using Database device = await Devices.OpenAsync();
                await using (RemoteLink link = await device.AttachAsync(Devices.RemoteOf(own)))
                {
                    await link.WhenUpToDateAsync();
                    await device.PutAsync(Devices.Numbered("own", i));
                    await link.WhenSentAsync();
                }

                await CopyAsync(own, remote, begin);
                entries.Add((await own.Metadata.ReadAsync(CancellationToken.None)).Entries[0]);
            }

            foreach (MetaEntry entry in entries)
                await remote.Metadata.PublishAsync(entry, [], CancellationToken.None);
            long start = Stopwatch.GetTimestamp();
            await using RemoteLink merging = await merger.AttachAsync(Devices.RemoteOf(remote), new AttachOptions { Prefetch = false });
            await merging.WhenUpToDateAsync();
            if (await merger.AllAsync().CountAsync() != devices + 1 || merger.Heads.Length != devices)
                throw new InvalidOperationException($"{merger.Heads.Length} heads");
            if (round >= 4)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Row($"merge of {devices} heads, files from memory, and all documents read", $"median {Devices.Percentile(times, 0.5):F1} ms, max {times.Max():F1} ms", "below 100 ms");
    }

    private static async Task CopyAsync(MemoryDeviceStore from, MemoryDeviceStore to, MetaReading heads)
    {
        await foreach (ObjectInfo file in from.Data.ListAllAsync("data/", CancellationToken.None))
            await to.Data.PutAsync(file.Key, (await from.Data.GetAsync(file.Key, null, CancellationToken.None))!.Bytes, PutCondition.None, CancellationToken.None);
        foreach (MetaEntry entry in heads.Entries)
            await to.Metadata.PublishAsync(entry, [], CancellationToken.None);
    }

    // Seconds until the last writer's last document was at the endpoint, and until the observer had all; and the bytes that were sent.
    private static async Task<(double Sent, double Seen, long Bytes)> WriteAsync(Uri endpoint, string name, int devices, int writes)
    {
        await using HttpDeviceStore remote = Devices.At(endpoint, name);
        await using Database observer = await Devices.OpenAsync();
        await observer.PutAsync(Devices.Numbered("begin", 0));
        RemoteLink observing = await observer.AttachAsync(Devices.RemoteOf(remote));
        await observing.WhenUpToDateAsync();
        int wanted = devices * writes;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ConcurrentDictionary<string, bool> ids = new();
        using IDisposable hearing = observer.Subscribe(change =>
        {
            foreach (string id in change.Ids)
                ids[id] = true;
            if (ids.Count >= wanted)
                all.TrySetResult();
        });
        List<(Database Database, CountedRemote Remote)> writers = [];
        for (int i = 0; i < devices; i++)
        {
            CountedRemote counted = new(Devices.At(endpoint, name), tells: false);
            Database database = await Devices.OpenAsync();
            await database.AttachAsync(counted.Store, new AttachOptions { PollInterval = TimeSpan.FromHours(1), Prefetch = false });
            writers.Add((database, counted));
        }

        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(writers.Select(async (writer, device) =>
        {
            for (int i = 0; i < writes; i++)
            {
                await writer.Database.PutAsync(Devices.Numbered(string.Create(CultureInfo.InvariantCulture, $"{device:d2}-"), i));
                await writer.Database.Remotes[0].WhenSentAsync();
            }
        }));
        double sent = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await all.Task.WaitAsync(TimeSpan.FromMinutes(10));
        double seen = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long bytes = writers.Sum(static writer => writer.Remote.Up);
        foreach ((Database database, _) in writers)
            await database.DisposeAsync();
        return (sent, seen, bytes);
    }

    // An object of the mean length and an entry that names it for each write, by as many clients, one after the other in each; in another database.
    private static async Task<double> RawAsync(Uri endpoint, string name, int clients, int writes, int length)
    {
        byte[] body = new byte[length];
        List<HttpDeviceStore> stores = [.. Enumerable.Range(0, clients).Select(_ => Devices.At(endpoint, name))];
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(stores.Select(async (store, client) =>
        {
            MetaEntry? former = null;
            for (int i = 0; i < writes; i++)
            {
                await store.Data.PutAsync(string.Create(CultureInfo.InvariantCulture, $"raw/{client}-{i}"), body, PutCondition.None, CancellationToken.None);
                MetaEntry entry = MetaPayload.Write(new CarGroup([Cid.Of(CidCodec.Car, BitConverter.GetBytes((client * writes) + i))]), former is null ? [] : [former.Cid]);
                await store.Metadata.PublishAsync(entry, former is null ? [] : [former.Cid], CancellationToken.None);
                former = entry;
            }
        }));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (HttpDeviceStore store in stores)
            await store.DisposeAsync();
        return seconds;
    }

    private static string Row(string what, string figure, string wanted) => $"| {what} | {figure} | {wanted} |\n";
}
