using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

/// <content>Uploads in parts.</content>
internal static partial class Concurrency
{
    // A round sends four large bodies, so that its cost is counted in bytes: so many take about as long as one small request.
    private const int BytesLikeOneRequest = 64 << 10;

    private static async Task<Finding> KeepsUploadsApartAsync(ClauseContext context)
    {
        if (context.Target.PartsAbove is not { } border)
            return Finding.Unsupported("the gateway puts objects whole, or it is not known from which length on it sends parts");
        int length = checked((int)((border * 2) + (border / 2)));
        int rounds = context.Plan.Count(60, 1, Math.Max(12, 4 * length / BytesLikeOneRequest));
        int broken = 0;
        int first = 0;
        for (int round = 0; round < rounds; round++)
        {
            string key = context.Key($"upload-{round}");
            ulong[] seeds = [context.Dice.Next(), context.Dice.Next()];
            await context.RaceAsync(2, async racer => await context.Store.PutAsync(key, Source(seeds[racer], length), PutCondition.None, context.Cancellation));

            // Which of them is the last one, a store that shows late tells when it had its time.
            if (!context.Declared.IsStrong)
                await Task.Delay(context.Bound, context.Time, context.Cancellation);
            ReadOnlyMemory<byte> there = await WholeAsync(context, key);
            int winner = Array.FindIndex(seeds, seed => Differs(there.Span, seed, length) is null);
            ClauseContext.Require(winner >= 0, $"round {round + 1}: after two uploads of {length} bytes at once neither is there whole: {Differs(there.Span, seeds[0], length)} from the first, {Differs(there.Span, seeds[1], length)} from the second");
            first += winner == 0 ? 1 : 0;
            broken += await BreaksOffAsync(context, key, length, seeds[winner], round);
            broken += await BreaksOffAsync(context, key + "-new", length, null, round);
        }

        return Finding.Passed(
            $"{rounds} times two uploads of {length} bytes, each in parts, at once: the first one was there {first} times, the second one {rounds - first} times, each whole; {broken} that were broken off changed nothing");
    }

    // Broken off when about half of it was read. What was there before is there still.
    private static async Task<int> BreaksOffAsync(ClauseContext context, string key, int length, ulong? before, int round)
    {
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        ulong seed = context.Dice.Next();
        int at = (length / 4) + context.Dice.Below(length / 2);
        ContentSource source = new(length, _ => ValueTask.FromResult<Stream>(new SeededStream(seed, length, read =>
        {
            if (read >= at)
                cut.Cancel();
        })));
        try
        {
            _ = await context.Store.PutAsync(key, source, PutCondition.None, cut.Token);
            return 0;
        }
        catch (OperationCanceledException) when (!context.Cancellation.IsCancellationRequested)
        {
        }

        await context.SettlesAsync(async () =>
        {
            ObjectContent? there = await context.GetAsync(key);
            if (before is not { } kept)
            {
                return there is null || Differs(there.Bytes.Span, seed, length) is null
                    ? null
                    : $"round {round + 1}: an upload that was broken off left {there.Bytes.Length} bytes of it under its key";
            }

            return there is not null && (Differs(there.Bytes.Span, kept, length) is null || Differs(there.Bytes.Span, seed, length) is null)
                ? null
                : $"round {round + 1}: after an upload that was broken off the object that stood there before is {(there is null ? "gone" : $"other, of {there.Bytes.Length} bytes")}";
        });
        return 1;
    }

    private static async Task<ReadOnlyMemory<byte>> WholeAsync(ClauseContext context, string key) =>
        await context.GetAsync(key) is { } content ? content.Bytes : throw new ClauseViolation($"{Printable.Key(key)} is absent after two uploads of it were acknowledged");

    private static ContentSource Source(ulong seed, int length) => new(length, _ => ValueTask.FromResult<Stream>(new SeededStream(seed, length)));

    private static string? Differs(ReadOnlySpan<byte> actual, ulong seed, int length)
    {
        byte[] expected = new byte[length];
        SeededStream.Fill(seed, 0, expected);
        return ClauseContext.Difference(actual, expected);
    }
}
