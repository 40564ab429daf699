using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Integrity
{
    private static async Task<Finding> VerifiesFilesAsync(ClauseContext context)
    {
        const int Commits = 5;
        await using (Database writer = await context.Databases.OpenAsync("files", context.Cancellation))
        {
            for (int i = 0; i < Commits; i++)
                await writer.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}","text":"{{context.Dice.Hex(16)}}"}"""), context.Cancellation);
        }

        await using IDeviceStore behind = context.Databases.Device("files");
        DatabaseState sound = await ReadColdAsync(context);
        Dictionary<string, byte[]> files = await CarsAsync(context, behind.Data);
        ClauseContext.Require(files.Count > Commits, $"{Commits} commits left {files.Count} files");
        int noticed = 0;
        int trials = 0;
        try
        {
            foreach ((string key, byte[] bytes) in files)
            {
                foreach (int at in new[] { 0, context.Dice.Below(bytes.Length), bytes.Length - 1 })
                {
                    byte[] flipped = [.. bytes];
                    flipped[at] ^= (byte)(1 << context.Dice.Below(8));
                    await behind.Data.PutAsync(key, flipped, PutCondition.None, context.Cancellation);
                    trials++;
                    noticed += await NoticesAsync(context, [key], sound, $"a bit of byte {at} of {Printable.Key(key)} was flipped") ? 1 : 0;
                }

                await behind.Data.PutAsync(key, bytes, PutCondition.None, context.Cancellation);
            }

            string[] keys = [.. files.Keys];
            string other = keys[^1];
            foreach (string key in keys[..^1])
            {
                await behind.Data.PutAsync(key, files[other], PutCondition.None, context.Cancellation);
                await behind.Data.PutAsync(other, files[key], PutCondition.None, context.Cancellation);
                trials++;
                noticed += await NoticesAsync(context, [key, other], sound, $"{Printable.Key(key)} and {Printable.Key(other)} had changed their"
                    + $" contents") ? 1 : 0;
                await behind.Data.PutAsync(key, files[key], PutCondition.None, context.Cancellation);
                await behind.Data.PutAsync(other, files[other], PutCondition.None, context.Cancellation);
            }
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.NotAuthorized)
        {
            return Finding.Inconclusive($"the store does not let a file be changed, so no wrong one could be read: {refusal.Message}");
        }

        // The first file of a database holds nothing that a reader needs; all others do.
        ClauseContext.Require(noticed >= 3 * Commits, $"only {noticed} of {trials} wrong files were noticed");
        ClauseContext.Require(
            (await ReadColdAsync(context)).DifferenceFrom(sound) is null, $"the database could not be read again when its files were whole again");
        return Finding.Passed(
            $"{trials} times a file of {files.Count} was wrong by one bit or by another's content: {noticed} times an error named it, and it was"
            + $" never needed else");
    }

    private static async Task<bool> NoticesAsync(ClauseContext context, string[] wrong, DatabaseState sound, string what)
    {
        bool noticed = false;
        try
        {
            string? difference = (await ReadColdAsync(context)).DifferenceFrom(sound);
            ClauseContext.Require(difference is null, $"{what}, and the engine gave wrong data: {difference}");
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Corrupt or StorageErrorKind.NotAuthorized)
        {
            ClauseContext.Require(
                Array.Exists(wrong, key => failure.Message.Contains(key, StringComparison.Ordinal)),
                $"{what}, and the error names no such file: {failure.Message}");
            noticed = true;
        }
        catch (MissingBlockException failure)
        {
            throw new ClauseViolation($"{what}, and the error names no file: {failure.Message}");
        }

        // What is wrong must not be handed on either.
        await using Database replica = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        try
        {
            await using IDeviceStore remote = context.Databases.Device("files");
            await replica.SyncAsync(remote, context.Cancellation);
            throw new ClauseViolation($"{what}, and a replica took the database over without an error");
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Corrupt or StorageErrorKind.NotAuthorized)
        {
            return noticed;
        }
    }

    private static async Task<DatabaseState> ReadColdAsync(ClauseContext context)
    {
        await using Database cold = await context.Databases.OpenAsync("files", context.Cancellation);
        return await DatabaseState.ReadAsync(cold, context.Cancellation);
    }

    private static async Task<Dictionary<string, byte[]>> CarsAsync(ClauseContext context, IDataGateway data)
    {
        ListPage page = await data.ListAsync("data/", null, 1000, context.Cancellation);
        Dictionary<string, byte[]> cars = new(StringComparer.Ordinal);
        foreach (ObjectInfo car in page.Objects.Where(o => o.Key.EndsWith(".car", StringComparison.Ordinal)))
        {
            ObjectContent content = await data.GetAsync(car.Key, null, context.Cancellation)
                ?? throw new ClauseViolation($"{Printable.Key(car.Key)} is listed and not there");
            cars[car.Key] = content.Bytes.ToArray();
        }

        return cars;
    }
}
