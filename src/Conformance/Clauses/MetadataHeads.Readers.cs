using System.Collections.Concurrent;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Conformance.Clauses;

internal static partial class MetadataHeads
{
    private static readonly TimeSpan s_besidePause = TimeSpan.FromMilliseconds(1);

    private static async Task<Finding> CoversAtEveryMomentAsync(ClauseContext context)
    {
        const int Writers = 3;
        const int Readers = 2;
        const int LeastReadings = 100;
        int each = context.Plan.Count(10_000 / Writers, 25, 10);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "cover", Writers + Readers);
        ConcurrentQueue<(HeadEvent Made, long At)> acknowledged = [];
        int running = Writers;
        int readers = Readers;
        long readings = 0;
        await context.RaceAsync(Writers + Readers, async task =>
        {
            if (task < Writers)
            {
                try
                {
                    // On a fast store the writers would be done before the first reading: they go on until there were a few. Where readings take long, because the store shows
                    // late, they then write one event a reading, and do not bury the store in heads.
                    // When every reader has found a fault, nothing is left to be found.
                    long beside = 0;
                    for (int i = 0; Volatile.Read(ref readers) > 0 && (i < each || (Interlocked.Read(ref readings) < LeastReadings && i < 20 * each)); i++)
                    {
                        while (i >= each && Interlocked.Read(ref readings) == beside && Volatile.Read(ref readers) > 0)
                            await Task.Delay(s_besidePause, context.Time, context.Cancellation);
                        beside = Interlocked.Read(ref readings);
                        HeadEvent made = await place.CommitAsync(task);
                        acknowledged.Enqueue((made, context.Time.GetTimestamp()));
                        await Task.Yield();
                    }
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }

                return;
            }

            try
            {
                EventSet due = EventSet.Empty;
                EventSet seen = EventSet.Empty;
                int taken = 0;
                for (bool isLast = false; !isLast;)
                {
                    isLast = Volatile.Read(ref running) == 0;
                    foreach ((HeadEvent made, long at) in acknowledged.Skip(taken).TakeWhile(one => context.Time.GetElapsedTime(one.At) >= context.Bound))
                    {
                        due = due.Union(made.Reach);
                        taken++;
                    }

                    MetaReading reading = await place.ReadAsync(task);
                    string? complaint = place.Complaint(reading, due);
                    ClauseContext.Require(complaint is null, $"a reading beside {Writers} writers: {complaint}");
                    EventSet covered = place.Events.CoveredBy(reading);
                    int receded = seen.CountBeyond(covered);
                    ClauseContext.Require(receded == 0, $"a reader saw {receded} of {seen.Count} events no more that it had seen before; it now sees {reading.Entries.Length} heads");
                    seen = covered;
                    Interlocked.Increment(ref readings);
                    await Task.Yield();
                }
            }
            finally
            {
                Interlocked.Decrement(ref readers);
            }
        });
        return Finding.Passed($"{readings} readings beside {Writers} writers of {acknowledged.Count} events covered all that was acknowledged before, and never receded");
    }

    private static async Task<Finding> TellsOutagesApartAsync(ClauseContext context)
    {
        const int Never = 3;
        for (int i = 0; i < Never; i++)
        {
            await using HeadsPlace empty = await HeadsPlace.OpenAsync(context, $"never{i}", 2);
            ClauseContext.Require((await empty.ReadAsync(1)).Entries.IsEmpty, $"a database that was never written has heads for a second client");
        }

        int readers = context.Plan.Racers;
        int each = context.Plan.Count(1000, 12, readers);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "some", 4);
        HeadEvent head = await place.CommitAsync(0);
        for (int client = 0; client < 4; client++)
            await place.CoversAsync(client, head.Reach, "before the readings");
        long cancelled = 0;
        await context.RaceAsync(readers, async reader =>
        {
            for (int i = 0; i < each; i++)
            {
                using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
                using ITimer? cutting = context.Dice.OneIn(4) ? context.CancelAfter(cut, TimeSpan.FromMicroseconds(context.Dice.Below(1000))) : null;
                try
                {
                    MetaReading reading = await place.Heads(reader).ReadAsync(cut.Token);
                    ClauseContext.Require(!reading.Entries.IsEmpty, $"one of {readers * each} readings of a database with a head gave none, and no error");
                }
                catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
                {
                    Interlocked.Increment(ref cancelled);
                }

                await Task.Yield();
            }
        });
        await RefusesBlindAsync(
            context,
            "outage",
            static device => device.Fails = static () => true,
            static device => device.Fails = static () => false,
            "while every request to its store failed");
        return Finding.Passed(
            $"{Never} databases that nobody wrote had no heads; {readers * each} readings of another, {cancelled} of them cancelled, gave its head or an error;"
            + " behind a cut connection it did not open");
    }

    // Opens a database behind a device that shows too little: it must refuse, and change nothing.
    private static async Task RefusesBlindAsync(ClauseContext context, string place, Action<UnsteadyDevice> blind, Action<UnsteadyDevice> heal, string when)
    {
        await using (Database writer = await context.Databases.OpenAsync(place, context.Cancellation))
            await writer.PutAsync(Document.Parse("""{"_id":"there","n":1}"""), context.Cancellation);
        await using IDeviceStore beside = context.Databases.Device(place);
        await context.SettlesAsync(async () => (await beside.Metadata.ReadAsync(context.Cancellation)).Entries.IsEmpty ? "a database that was written has no heads" : null);
        Cid[] before = [.. (await beside.Metadata.ReadAsync(context.Cancellation)).Entries.Select(static entry => entry.Cid)];
        await using UnsteadyDevice device = new(context.Databases.Device(place));
        blind(device);
        try
        {
            await using Database opened = await context.Databases.OpenAsync(device, context.Cancellation);
            await opened.PutAsync(Document.Parse("""{"_id":"new","n":2}"""), context.Cancellation);
            throw new ClauseViolation($"a database was opened and written {when}");
        }
        catch (Exception refusal) when (refusal is StorageException or MissingBlockException)
        {
            // As it should.
        }

        heal(device);
        Cid[] after = [.. (await beside.Metadata.ReadAsync(context.Cancellation)).Entries.Select(static entry => entry.Cid)];
        ClauseContext.Require(before.SequenceEqual(after), $"the heads of a database changed, {when}");
        await context.SettlesAsync(async () =>
        {
            await using Database again = await context.Databases.OpenAsync(place, context.Cancellation);
            return await again.GetAsync("there", context.Cancellation) is null ? $"a document is gone that was there before a client tried to open the database {when}" : null;
        });
    }

    private static async Task<Finding> ShowsToAllAsync(ClauseContext context)
    {
        const int Clients = 4;
        int rounds = context.Plan.Count(400, 12, 10);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "shown", Clients);
        TimeSpan slowest = TimeSpan.Zero;
        for (int round = 1; round <= rounds; round++)
        {
            int writer = context.Dice.Below(Clients);
            HeadEvent made = await place.CommitAsync(writer);
            long acknowledged = context.Time.GetTimestamp();
            for (int client = 0; client < Clients; client++)
                await place.CoversAsync(client, made.Reach, $"round {round}: client {client} reads after client {writer} published");
            if (round % 4 == 1)
            {
                await context.SettlesAsync(async () =>
                    place.Complaint(await place.ReadFreshAsync(), made.Reach) is { } complaint ? $"round {round}: a new client reads, and {complaint}" : null);
            }

            TimeSpan taken = context.Time.GetElapsedTime(acknowledged);
            slowest = taken > slowest ? taken : slowest;
        }

        for (int i = 1; i <= 5; i++)
        {
            Cid unknown = place.Events.AnyFile();
            HeadEvent orphan = place.Events.Make([unknown]);
            await place.PublishAsync(0, orphan, [unknown]);
            await place.CoversAsync(1, orphan.Reach, $"after an event was published whose parent nobody has");
        }

        return Finding.Passed(
            $"{rounds} heads were seen by {Clients} clients and by new ones, all within {slowest.TotalMilliseconds:0} ms; 5 with unknown parents were kept");
    }

    private static async Task<Finding> HasFilesBeforeHeadsAsync(ClauseContext context)
    {
        const int Readers = 2;
        int rounds = context.Plan.Count(300, 15, 12);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "files", Readers + 2);
        bool writing = true;
        long fetched = 0;
        async Task FetchAsync(int client, MetaReading reading, string who)
        {
            foreach (MetaEntry entry in reading.Entries)
            {
                Cid file = MetaPayload.Read(entry).First;
                await context.SettlesAsync(async () =>
                    await place.Device(client).Data.GetAsync(KeyOf(file), null, context.Cancellation) is not { } content ? $"{who} saw a head, and its file is not there"
                        : Cid.Of(CidCodec.Car, content.Bytes.Span) != file ? $"{who} saw a head, and its file has other bytes" : null);
                Interlocked.Increment(ref fetched);
            }
        }

        bool pushes = place.Traits.Push;
        await using ChannelListener? listener = pushes
            ? new(place.Heads(1), place.Events, context.Time, reading => FetchAsync(1, reading, "a listener")) : null;
        HeadEvent? last = null;
        await context.RaceAsync(1 + Readers, async task =>
        {
            if (task > 0)
            {
                while (Volatile.Read(ref writing))
                {
                    await FetchAsync(task + 1, await place.ReadAsync(task + 1), "a reader");
                    await Task.Yield();
                }

                return;
            }

            try
            {
                for (int i = 0; i < rounds; i++)
                {
                    byte[] body = context.Dice.Bytes(500 + context.Dice.Below(20_000));
                    Cid file = Cid.Of(CidCodec.Car, body);
                    await place.Device(0).Data.PutAsync(KeyOf(file), body, PutCondition.None, context.Cancellation);
                    last = await place.CommitAsync(0, file);
                    await Task.Yield();
                }
            }
            finally
            {
                Volatile.Write(ref writing, false);
            }
        });
        if (listener is not null)
            await listener.HearsAsync(last!, context.ChannelPatience, context.Cancellation);
        await RefusesBlindAsync(
            context,
            "partial",
            static device => device.Hides = static key => key.StartsWith("data/", StringComparison.Ordinal),
            static device => device.Hides = static _ => false,
            "while its head was there and its files were not");
        return Finding.Passed(
            $"{fetched} times a file was fetched for a head that a reader{(pushes ? " or a listener" : "")} had just seen, of {rounds} published: it was there;"
            + " an engine did not open a head without files");
    }

    private static string KeyOf(Cid file) => $"data/{file}.car";
}
