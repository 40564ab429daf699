using FireproofBench.Engine.Car;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Limits
{
    private const int ReadLength = 1 << 20;

    // What a commit of ordinary documents makes, sealed: below this a store is of no use.
    private const long OrdinaryLength = CarLimits.SplitLength + 4096;

    private static async Task<Finding> TakesLargeFilesAsync(ClauseContext context)
    {
        long largest = Math.Min(
            context.Plan.Budget switch { Budget.Quick => 4L << 20, Budget.Standard => 32L << 20, _ => 512L << 20 },
            Math.Min(context.Store.Traits.MaxObjectLength, CarLimits.MaxFileLength));
        long taken = 0;
        long refused = 0;
        string reason = "";
        int trials = 0;
        foreach (long length in Lengths(largest))
        {
            trials++;
            if (await TakesAsync(context, length) is not { } refusal)
            {
                taken = length;
                continue;
            }

            (refused, reason) = (length, refusal);
            break;
        }

        // To within a hundredth of the limit.
        while (refused - taken > Math.Max(4096, taken / 100))
        {
            long middle = taken + ((refused - taken) / 2);
            trials++;
            if (await TakesAsync(context, middle) is { } refusal)
                (refused, reason) = (middle, refusal);
            else
                taken = middle;
        }

        if (refused == 0)
        {
            context.Limit("largestFileTriedBytes", taken);
            return Finding.Passed($"{trials} files of up to {taken} bytes came back whole; the largest that the engine reads has {CarLimits.MaxFileLength}");
        }

        context.Limit("largestFileBytes", taken);
        ClauseContext.Require(taken >= OrdinaryLength, $"a file of {refused} bytes is refused, and an ordinary commit makes files of {OrdinaryLength}: {reason}");
        context.Quirk($"A file of {refused} bytes is refused, one of {taken} is taken.");
        return Finding.Passed($"{trials} files were taken whole, up to {taken} bytes, or refused with nothing of them left, from {refused} bytes on: {reason}");
    }

    private static IEnumerable<long> Lengths(long largest)
    {
        yield return Math.Min(largest, OrdinaryLength);
        for (long length = 2L << 20; length < largest; length *= 2)
            yield return length + 1;
        if (largest > OrdinaryLength)
            yield return largest;
    }

    // Null when it was taken and came back; else why it was refused, with nothing of it there.
    private static async Task<string?> TakesAsync(ClauseContext context, long length)
    {
        string key = context.Key($"large/{length}.car");
        ulong seed = context.Dice.Next();
        try
        {
            await context.Store.PutAsync(
                key, new ContentSource(length, _ => ValueTask.FromResult<Stream>(new SeededStream(seed, length))), PutCondition.None, context.Cancellation);
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.Unsupported or StorageErrorKind.NoSpace or StorageErrorKind.Permanent or StorageErrorKind.NotAuthorized)
        {
            await context.AbsentAsync(key, $"after a file of {length} bytes was refused");
            List<ObjectInfo> listed = await context.ListAsync(key);
            ClauseContext.Require(listed.Count == 0, $"a file of {length} bytes was refused, and is listed with {listed.FirstOrDefault()?.Length} bytes");
            return refusal.Message;
        }

        await context.SettlesAsync(async () => await context.HeadAsync(key) is not { } info ? $"a file of {length} bytes was acknowledged, and head finds nothing"
            : info.Length != length ? $"a file of {length} bytes was acknowledged, and head tells of {info.Length}" : null);
        byte[] expected = new byte[ReadLength];
        for (long at = 0; at < length; at += ReadLength)
        {
            int count = (int)Math.Min(ReadLength, length - at);
            SeededStream.Fill(seed, at, expected.AsSpan(0, count));
            ObjectContent? part = await context.Store.GetAsync(key, new ByteRange(at, count), context.Cancellation);
            ClauseContext.Require(part is not null, $"a file of {length} bytes was acknowledged, and a range of it is not there");
            string? difference = ClauseContext.Difference(part!.Bytes.Span, expected.AsSpan(0, count));
            ClauseContext.Require(difference is null, $"the range from byte {at} on of a file of {length} bytes gave {difference}");
        }

        await context.DeleteAsync(key);
        return null;
    }

    private static async Task<Finding> KeepsManyObjectsAsync(ClauseContext context)
    {
        int count = context.Plan.Count(100_000, 200, 2);
        string prefix = context.Key("many/");
        string[] keys = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i:d6}-{context.Dice.Hex(8)}")];
        await context.EachAsync(keys, async key => await context.PutAsync(key, context.Body(key, Payload.SmallestFor(key))), degree: 32);
        await context.ListsAsync(prefix, keys, $"{count} small objects");
        long start = context.Time.GetTimestamp();
        int listed = (await context.ListAsync(prefix)).Count;
        TimeSpan took = context.Time.GetElapsedTime(start);
        ClauseContext.Require(listed == count, $"a second listing of {count} objects showed {listed}");
        int sample = Math.Min(count, 128);
        await context.EachAsync(
            Enumerable.Range(0, sample).Select(i => keys[(int)((long)i * count / sample)]),
            key => context.ReadsAsync(key, context.Body(key, Payload.SmallestFor(key)), $"among {count} small objects"));
        context.Limit("objectsUnderOnePrefixTried", count);
        context.Limit("listingOfThemMilliseconds", (long)took.TotalMilliseconds);
        return Finding.Passed(FormattableString.Invariant($"{count} objects under one prefix were all listed, in {took.TotalSeconds:0.00} s, and {sample} of them read"));
    }
}
