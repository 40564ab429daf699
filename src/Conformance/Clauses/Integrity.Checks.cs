using System.IO.Compression;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Integrity
{
    private static async Task<Finding> TransformsNothingAsync(ClauseContext context)
    {
        byte[] noise = context.Dice.Bytes(30_000);
        string lines = string.Concat(Enumerable.Range(0, 300).Select(i => $"line {i}\r\nnext\nold\r\tend \u2028ü€😀\n"));
        (string Name, byte[] Body)[] bodies =
        [
            ("noise.bin", noise),
            ("noise.car", noise),
            ("twice.gz", Gzip(Encoding.UTF8.GetBytes(lines))),
            ("plain.car", Gzip(noise)),
            ("text.txt", Encoding.UTF8.GetBytes(lines)),
            ("text.csv", Encoding.UTF8.GetBytes("\uFEFFa;b\r\n1;2\r\n\x1a\r\n")),
            ("latin.txt", [.. Enumerable.Range(0, 1024).Select(i => (byte)i)]),
            ("utf16.txt", Encoding.Unicode.GetBytes("\uFEFF" + lines)),
            ("page.html", Encoding.UTF8.GetBytes("<!doctype html><html><head><title>x</title></head><body>  two  spaces <!-- note --></body></html>\r\n")),
            ("data.json", Encoding.UTF8.GetBytes("{ \"b\" : 1.0,\r\n  \"a\" : \"\\u00e9\", \"b\" : 2 }\n\n")),
            ("data.xml", Encoding.UTF8.GetBytes("<?xml version='1.0' encoding='latin1'?>\r\n<Error><Code>NoSuchKey</Code></Error>")),
            ("pixel.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. context.Dice.Bytes(500)]),
            ("photo.jpg", [0xFF, 0xD8, 0xFF, 0xE0, .. context.Dice.Bytes(500), 0xFF, 0xD9]),
            ("script.js", Encoding.UTF8.GetBytes("var  a = 1 ;\n\n// note\nvar b;\n")),
            ("zeros.car", new byte[100_000]),
            ("newline", "\n"u8.ToArray()),
            ("chunked", "5\r\nhello\r\n0\r\n\r\n"u8.ToArray()),
            ("space", " \t \r\n"u8.ToArray()),
        ];
        await context.EachAsync(bodies, async b => await context.PutAsync(context.Key(b.Name), b.Body));
        foreach ((string name, byte[] body) in bodies)
        {
            string key = context.Key(name);
            await context.ReadsAsync(key, body, "where a store might transform it");
            await context.SettlesAsync(
                async () => await context.HeadAsync(key) is { } info && info.Length != body.Length
                    ? $"head of {Printable.Key(name)} tells of {info.Length} bytes where {body.Length} were put" : null);
        }

        await context.SettlesAsync(async () =>
        {
            foreach (ObjectInfo listed in await context.ListAsync(context.Prefix))
            {
                int length = bodies.First(b => context.Key(b.Name) == listed.Key).Body.Length;
                if (listed.Length != length)
                    return $"{Printable.Key(listed.Key)} is listed with {listed.Length} bytes where {length} were put";
            }

            return null;
        });
        return Finding.Passed($"{bodies.Length} bodies of kinds that stores like to transform came back byte by byte");
    }

    private static byte[] Gzip(byte[] plain)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(plain);
        return packed.ToArray();
    }

    private static async Task<Finding> LeavesNothingPartialAsync(ClauseContext context)
    {
        int length = Math.Min(context.Plan.LargestObject, 2 << 20);
        int n = context.Plan.Count(200, 12, 12);
        string timed = context.Key("timed");
        long start = context.Time.GetTimestamp();
        await context.PutAsync(timed, context.Body(timed, length));
        double usual = context.Time.GetElapsedTime(start).TotalMicroseconds;
        int interrupted = 0;
        int refused = 0;
        int landed = 0;
        for (int i = 0; i < n; i++)
        {
            bool overwrite = i % 3 == 2;
            string key = context.Key($"cut-{i}.car");
            byte[] old = context.Body(key, 5000, version: 1);
            byte[] body = context.Body(key, length, version: 2);
            if (overwrite)
                await context.PutAsync(key, old);
            using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
            bool early = i % 8 == 0;
            if (early)
                Concurrently.Cancel(cut);
            bool acknowledged = false;
            try
            {
                using ITimer cutting = context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below((int)Math.Clamp(usual, 100, 5_000_000))));
                await context.Store.PutAsync(key, body, PutCondition.None, cut.Token);
                acknowledged = true;
            }
            catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
            {
                if (early)
                    refused++;
                else
                    interrupted++;
            }

            ObjectContent? content = await context.GetAsync(key);
            landed += !acknowledged && content?.Bytes.Length == length ? 1 : 0;
            string? fault = content is null ? (acknowledged ? "nothing, though the put was acknowledged" : overwrite
                    ? "nothing, though an older content was there" : null)
                : Payload.Read(content.Bytes.Span).FaultFor(key) is { } broken ? broken
                : acknowledged && Payload.Read(content.Bytes.Span).Version != 2 ? "the older content, though the put was acknowledged" : null;
            ClauseContext.Require(fault is null, $"after {(acknowledged ? "a put" : "an interrupted put")} of {length} bytes a get gave {fault}");
            ObjectInfo? info = await context.HeadAsync(key);
            ClauseContext.Require(
                info is null || info.Length == length || (overwrite && info.Length == old.Length),
                $"after an interrupted put of {length} bytes head told of {info?.Length} bytes");
            List<ObjectInfo> listed = await context.ListAsync(key);
            ClauseContext.Require(
                listed.TrueForAll(o => o.Key == key && (o.Length == length || (overwrite && o.Length == old.Length))),
                $"after an interrupted put of {length} bytes the listing has {Printable.Key(listed.FirstOrDefault()?.Key ?? "")} with {listed.FirstOrDefault()?.Length} bytes");
            await context.DeleteAsync(key);
        }

        return Finding.Passed(
            $"{n} cancelled puts of {length} bytes: {refused} ended before they began, {interrupted} on their way ({landed} of them had landed"
            + $" whole), {n - refused - interrupted} were whole in spite of it; none left a part");
    }

    private static async Task<Finding> NeverMixesKeysAsync(ClauseContext context)
    {
        const int Keys = 64;
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => context.Key($"own-{i:d2}"))];
        int LengthOf(int i) => 400 + (i * 997 % 9000);
        await context.EachAsync(Enumerable.Range(0, Keys), async i => await context.PutAsync(keys[i], context.Body(keys[i], LengthOf(i))));
        byte[][] bodies = [.. keys.Select((k, i) => context.Body(k, LengthOf(i)))];
        int tasks = context.Plan.Racers;
        int each = context.Plan.Count(400, 15, tasks);
        long reads = 0;
        long cancelled = 0;
        await context.RaceAsync(tasks, async _ =>
        {
            for (int i = 0; i < each; i++)
            {
                int at = context.Dice.Below(Keys);
                using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
                using ITimer? cutting = context.Dice.OneIn(10) ? context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below(500))) : null;
                ByteRange? range = context.Dice.OneIn(4) ? new ByteRange(context.Dice.Below(300), 100) : null;
                try
                {
                    ObjectContent? content = await context.Store.GetAsync(keys[at], range, cut.Token);
                    Interlocked.Increment(ref reads);
                    ClauseContext.Require(content is not null, $"{Printable.Key(keys[at])} was absent among {tasks} readers");
                    ReadOnlySpan<byte> expected = range is { } r ? bodies[at].AsSpan((int)r.Offset, (int)r.Length) : bodies[at];
                    if (ClauseContext.Difference(content!.Bytes.Span, expected) is { } difference)
                        throw new ClauseViolation(
                            $"a get of {Printable.Key(keys[at])} among {tasks} readers gave"
                            + $" {(range is null ? Payload.Read(content.Bytes.Span).FaultFor(keys[at]) : null) ?? difference}");
                    ClauseContext.Require(
                        content.Info.Key == keys[at],
                        $"a get of {Printable.Key(keys[at])} was answered as {Printable.Key(content.Info.Key)}");
                }
                catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        });
        return Finding.Passed($"{reads} gets of {Keys} keys by {tasks} tasks gave the right key's bytes, beside {cancelled} cancelled ones");
    }

    private static async Task<Finding> NeverSplicesAsync(ClauseContext context)
    {
        const int Length = 64_000;
        string key = context.Key("spliced");
        await context.PutAsync(key, context.Body(key, Length));
        if ((await context.GetAsync(key))?.Info.Version is not { Length: > 0 })
            return Finding.Unsupported(
                "the store tells no version with a get, so parts of a mutable object cannot be told apart; the engine reads mutable objects whole");
        int overwrites = context.Plan.Count(2000, 25, 24);
        bool writing = true;
        long pairs = 0;
        long noticed = 0;
        await context.RaceAsync(4, async racer =>
        {
            if (racer == 0)
            {
                try
                {
                    for (int i = 2; i < overwrites + 2; i++)
                    {
                        await context.PutAsync(key, context.Body(key, Length, version: i));
                        await Task.Yield();
                    }
                }
                finally
                {
                    Volatile.Write(ref writing, false);
                }

                return;
            }

            do
            {
                ObjectContent? head = await context.Store.GetAsync(key, new ByteRange(0, Length / 2), context.Cancellation);
                await Task.Yield();
                ObjectContent? tail = await context.Store.GetAsync(key, new ByteRange(Length / 2, Length), context.Cancellation);
                ClauseContext.Require(head is not null && tail is not null, $"a part of a key was absent while it was overwritten");
                Interlocked.Increment(ref pairs);
                if (head!.Info.Version != tail!.Info.Version)
                {
                    Interlocked.Increment(ref noticed);
                    continue;
                }

                PayloadReading reading = Payload.Read([.. head.Bytes.Span, .. tail.Bytes.Span]);
                ClauseContext.Require(
                    reading.FaultFor(key) is null,
                    $"two parts told the same version {Printable.Key(head.Info.Version)} and together were {reading.FaultFor(key)}");
            }
            while (Volatile.Read(ref writing) && !context.Cancellation.IsCancellationRequested);
        });
        return Finding.Passed($"{pairs} reads in two parts beside {overwrites} overwrites: {noticed} told of a change by the version, all others were whole");
    }

    private static async Task<Finding> FindsNoRotAsync(ClauseContext context)
    {
        await context.EachAsync(context.Manifest.Bodies, entry => context.ReadsAsync(entry.Key, entry.Value, "written when the run began, at its end"));
        TimeSpan age = context.Time.GetUtcNow() - context.Manifest.PlantedAt;
        return Finding.Inconclusive(
            FormattableString.Invariant($"{context.Manifest.Bodies.Count} objects were unchanged after {age.TotalSeconds:0.0} s; the clause asks for a day"));
    }
}
