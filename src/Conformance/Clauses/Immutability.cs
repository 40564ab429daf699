using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

/// <summary>IMM: files named by their content stay what they are.</summary>
internal static class Immutability
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("IMM", "Immutability and content addressing",
    [
        new Clause
        {
            Id = "IMM-01",
            Level = ClauseLevel.Must,
            Requirement = "Putting the same file under the same content id again succeeds and leaves the object as it is, at any time.",
            Why = "Uploads are repeated whenever an acknowledgement is lost, so the same file arrives several times.",
            How = "Puts a file named by its content id several times while readers read it, also after a pause and under create-if-absent.",
            WhenItFails = "Have the uploader ask first (head) and skip what is there.",
            Source = "The reference engine's upload log repeats each upload up to five times",
            Check = TakesRepetitionsAsync,
        },
        new Clause
        {
            Id = "IMM-02",
            Level = ClauseLevel.Must,
            Requirement = "Many clients may put the same file under the same content id at once; all succeed or hear that it exists, and no reader"
                + " ever finds it absent or partial after the first success.",
            Why = "Devices that share data upload the same file at the same time.",
            How = "Races writers of one file against readers, who check every byte and watch for gaps after the first acknowledgement.",
            WhenItFails = "Upload with create-if-absent where the store enforces it; else let only one device upload.",
            Source = "go-cloud's concurrency test, there with distinct keys only",
            Slot = ClauseSlot.Alone,
            Check = TakesRacingRepetitionsAsync,
        },
        new Clause
        {
            Id = "IMM-03",
            Level = ClauseLevel.Should,
            Requirement = "Other bytes under an existing content id are refused and change nothing; where the store takes them, a reader notices.",
            Why = "A file under a wrong name is corruption; the content id is what lets a reader see it.",
            How = "Puts other bytes under a content id, plainly and with create-if-absent, and compares what is read with the id.",
            WhenItFails = "Configure object lock, versioning or a policy that denies overwrites.",
            Check = GuardsContentIdsAsync,
        },
        new Clause
        {
            Id = "IMM-04",
            Level = ClauseLevel.Must,
            Requirement = "An acknowledged file stays readable until somebody deletes it: it does not expire, and is not evicted or moved out of reach.",
            Why = "Old files are read rarely, and are needed by every cold opening.",
            How = "Reads every object that was written when the run began, when it ends.",
            WhenItFails = "Switch off lifecycle rules, expiry and archive tiers for the prefix of the database.",
            Source = "Lifecycle rules of object stores, time-to-live of key-value stores",
            Slot = ClauseSlot.Closing,
            Check = KeepsWhatItAcknowledgedAsync,
        },
        new Clause
        {
            Id = "IMM-05",
            Level = ClauseLevel.May,
            Requirement = "Where deletes are refused, as under an object lock, they change nothing, and a database goes on: compaction leaves behind what it replaced.",
            Why = "A lock protects a history against mistaken deletes and against whoever stole the keys.",
            How = "Deletes an object; where that is refused, looks whether it is there still, read and listed, and lets a database write, compact and be opened anew.",
            WhenItFails = "Let compaction keep superseded files.",
            Source = "versitygw's group of tests for write-once buckets",
            Check = EngineConvergence.Checked(WorksWithoutDeletesAsync),
        },
    ]);

    private static (string Key, byte[] Body) File(ClauseContext context, int length)
    {
        byte[] body = context.Dice.Bytes(length);
        return (context.Key($"data/{Cid.Of(CidCodec.Car, body)}.car"), body);
    }

    private static async Task<Finding> TakesRepetitionsAsync(ClauseContext context)
    {
        (string key, byte[] body) = File(context, 70_001);
        await context.PutAsync(key, body);
        await context.ReadsAsync(key, body, "after the first put");
        int n = context.Plan.Count(100, 8, 4);
        int refused = 0;
        await context.RaceAsync(4, async racer =>
        {
            for (int i = 0; i < n; i++)
            {
                if (racer < 2)
                    await context.ReadsAsync(key, body, "while it was put again");
                else if (!await TryPutAsync(context, key, body, PutCondition.None))
                    Interlocked.Increment(ref refused);
            }
        });
        if (context.Store.Traits.ConditionalCreate)
            await TryPutAsync(context, key, body, PutCondition.IfAbsent);
        await context.ReadsAsync(key, body, "after all repetitions");
        await context.ListsAsync(context.Prefix, [key], "after all repetitions");
        if (refused > 0)
            context.Quirk("A plain put of a file that exists is refused as existing.");
        return Finding.Passed(
            $"{2 * n} repetitions of one put left the object as it was under {2 * n} concurrent"
            + $" reads{(refused > 0 ? $"; {refused} were answered 'exists'" : "")}");
    }

    // "Exists" is a good answer to a repetition.
    private static async Task<bool> TryPutAsync(ClauseContext context, string key, byte[] body, PutCondition condition)
    {
        try
        {
            await context.Store.PutAsync(key, body, condition, context.Cancellation);
            return true;
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict)
        {
            return false;
        }
    }

    private static async Task<Finding> WorksWithoutDeletesAsync(ClauseContext context)
    {
        (string key, byte[] body) = File(context, 3000);
        await context.PutAsync(key, body);
        try
        {
            _ = await context.DeleteAsync(key);
            return Finding.Unsupported("the store deletes what is to be deleted: nothing here is locked");
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Unsupported)
        {
        }

        await context.ReadsAsync(key, body, "after a delete that was refused");
        await context.ListsAsync(context.Prefix, [key], "after a delete that was refused");
        if (context.Target.OpenDatabase is null)
            return Finding.Passed("deletes are refused and change nothing");
        int rounds = context.Plan.Count(20, 3, 40);
        const int Puts = 4;
        await using (Database database = await context.Databases.OpenAsync("locked", context.Cancellation))
        {
            for (int i = 0; i < rounds * Puts; i++)
            {
                _ = await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i % (2 * Puts)}}","n":{{i}}}"""), context.Cancellation);
                if (i % Puts == Puts - 1)
                    await database.CompactAsync(context.Cancellation);
            }
        }

        await using Database cold = await context.Databases.OpenAsync("locked", context.Cancellation);
        DatabaseState state = await DatabaseState.ReadAsync(cold, context.Cancellation);
        ClauseContext.Require(state.Rows.Count == 2 * Puts, $"after {rounds} compactions whose deletes were refused a cold reader finds {state.Rows.Count} documents of {2 * Puts}");
        return Finding.Passed($"deletes are refused and change nothing; {rounds} compactions of a database left their files behind, and a cold reader read everything");
    }

    private static async Task<Finding> TakesRacingRepetitionsAsync(ClauseContext context)
    {
        int racers = context.Plan.Racers;
        int rounds = context.Plan.Count(100, 3, racers * 8);
        long reads = 0;
        for (int round = 0; round < rounds; round++)
        {
            (string key, byte[] body) = File(context, 1000 + context.Dice.Below(150_000));
            int writing = racers;
            int acknowledged = 0;
            await context.RaceAsync(2 * racers, async racer =>
            {
                if (racer < racers)
                {
                    try
                    {
                        await TryPutAsync(context, key, body, PutCondition.None);
                        Volatile.Write(ref acknowledged, 1);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref writing);
                    }

                    return;
                }

                do
                {
                    await Task.Yield();
                    bool must = Volatile.Read(ref acknowledged) == 1 && context.Bound == TimeSpan.Zero;
                    ObjectContent? content = await context.GetAsync(key);
                    Interlocked.Increment(ref reads);
                    ClauseContext.Require(
                        content is not null || !must,
                        $"round {round + 1}: a file was absent for a reader after a put of it had been acknowledged, while others put it again");
                    if (content is not null && ClauseContext.Difference(content.Bytes.Span, body) is { } difference)
                        throw new ClauseViolation($"round {round + 1}: a reader got {difference} while {racers} writers put one file");
                }
                while (Volatile.Read(ref writing) > 0 && !context.Cancellation.IsCancellationRequested);
            });
            await context.ReadsAsync(key, body, "after the race");
        }

        return Finding.Passed($"{rounds} rounds of {racers} writers and {racers} readers of one file: all {reads} reads were whole");
    }

    private static async Task<Finding> GuardsContentIdsAsync(ClauseContext context)
    {
        (string key, byte[] body) = File(context, 5000);
        byte[] other = context.Dice.Bytes(5000);
        await context.PutAsync(key, body);
        await context.ReadsAsync(key, body, "after the first put");
        if (context.Store.Traits.ConditionalCreate)
        {
            bool stored = await TryPutAsync(context, key, other, PutCondition.IfAbsent);
            ClauseContext.Require(!stored, $"create-if-absent put other bytes under an existing content id");
            await context.ReadsAsync(key, body, "after a refused create-if-absent of other bytes");
        }

        bool refused;
        try
        {
            refused = !await TryPutAsync(context, key, other, PutCondition.None);
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.NotAuthorized or StorageErrorKind.Permanent or StorageErrorKind.Unsupported)
        {
            refused = true;
        }

        if (refused)
        {
            await context.ReadsAsync(key, body, "after a refused put of other bytes");
            return Finding.Passed("other bytes under an existing content id were refused and changed nothing");
        }

        ObjectContent? content = await context.GetAsync(key);
        Cid name = Cid.Of(CidCodec.Car, body);
        bool noticed = content is not null && (!name.Names(content.Bytes.Span) || content.Bytes.Span.SequenceEqual(body));
        ClauseContext.Require(noticed, $"the file was gone after other bytes were put under its content id");
        context.Quirk("A plain put overwrites a file named by its content id; readers notice by the id.");
        return Finding.Passed("the store takes other bytes under an existing content id, and the id no longer names them: a reader notices");
    }

    private static async Task<Finding> KeepsWhatItAcknowledgedAsync(ClauseContext context)
    {
        await context.EachAsync(context.Manifest.Bodies, async entry =>
        {
            await context.SettlesAsync(
                async () => await context.GetAsync(entry.Key) is null ? $"{Printable.Key(entry.Key)} can no longer be read; nobody deleted it" : null);
            await context.SettlesAsync(
                async () => await context.HeadAsync(entry.Key) is null ? $"{Printable.Key(entry.Key)} has no head any more; nobody deleted it" : null);
        });
        TimeSpan age = context.Time.GetUtcNow() - context.Manifest.PlantedAt;
        return Finding.Passed(
            FormattableString.Invariant($"{context.Manifest.Bodies.Count} objects were still there {age.TotalSeconds:0.0} s after they had been acknowledged"));
    }
}
