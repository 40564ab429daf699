using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Security
{
    private const int StrangersAttempts = 6;
    private static readonly TimeSpan s_strangersPause = TimeSpan.FromMilliseconds(100);

    private static async Task<Finding> RefusesStrangersAsync(ClauseContext context)
    {
        if (context.Target.Strangers.IsEmpty)
        {
            return Finding.Unsupported(
                "the store was opened without credentials, or knows none: whoever reaches the place may read and write, and that is for others to guard");
        }

        int refusals = 0;
        foreach (StoreAccess stranger in context.Target.Strangers)
            refusals += (await RefusedAsync(context, stranger)).Count;
        return Finding.Passed(
            $"{refusals} calls by {string.Join(", ", context.Target.Strangers.Select(static s => s.Who))} were refused, and nothing had changed");
    }

    private static async Task<Finding> RefusesTenantsAsync(ClauseContext context)
    {
        if (context.Target.OtherTenantOption is not { } option)
            return Finding.Unsupported("a place of this kind knows no tenants");
        if (context.Target.OtherTenant is not { } other)
            return Finding.Inconclusive($"nobody named a second tenant of the store: {option}");
        List<StorageException> refusals = await RefusedAsync(context, other);

        // Credentials that are good for nothing are refused too, and that says nothing of tenants.
        return refusals.TrueForAll(static refusal => IsUnknown(refusal.Message))
            ? Finding.Inconclusive($"the store knows {other.Who} not at all, which says nothing of tenants: {refusals[0].Message}")
            : Finding.Passed($"{refusals.Count} calls by {other.Who} for objects and heads of this run were refused, and nothing had changed");
    }

    private static bool IsUnknown(string refusal) =>
        refusal.Contains("answers 401", StringComparison.Ordinal) || refusal.Contains("InvalidAccessKeyId", StringComparison.Ordinal)
            || refusal.Contains("SignatureDoesNotMatch", StringComparison.Ordinal) || refusal.Contains("InvalidToken", StringComparison.Ordinal);

    /// <summary>Makes every call as a stranger; each must be refused.</summary>
    private static async Task<List<StorageException>> RefusedAsync(ClauseContext context, StoreAccess stranger)
    {
        string mark = context.Dice.Hex(8);
        string there = context.Key($"owned-{mark}");
        string absent = context.Key($"never-{mark}");
        byte[] body = context.Body(there, 700);
        byte[] theirs = context.Body(there, 900, version: 2);
        await context.PutAsync(there, body);
        await context.ReadsAsync(there, body, "by its owner");
        (string What, Func<IDataGateway, Task<string>> Call)[] calls =
        [
            ("a get", async s => await s.GetAsync(there, null, context.Cancellation) is { } content ? $"{content.Bytes.Length} bytes" : "that there is nothing"),
            ("a get of a range", async s => await s.GetAsync(there, new ByteRange(3, 9), context.Cancellation) is { } part
                ? $"{part.Bytes.Length} bytes" : "that there is nothing"),
            ("a head", async s => await s.HeadAsync(there, context.Cancellation) is { } info ? $"{info.Length} bytes" : "that there is nothing"),
            ("a list", async s => $"{(await s.ListAsync(context.Prefix, null, 100, context.Cancellation)).Objects.Count} keys"),
            ("a put of a new key", async s => $"version {Printable.Key(await s.PutAsync(absent, theirs, PutCondition.None, context.Cancellation))}"),
            ("a put over an object", async s => $"version {Printable.Key(await s.PutAsync(there, theirs, PutCondition.None, context.Cancellation))}"),
            ("a delete", async s => await s.DeleteAsync(there, null, context.Cancellation) ? "that it is gone" : "that there is nothing"),
        ];
        List<StorageException> refusals = [];
        foreach ((string what, Func<IDataGateway, Task<string>> call) in calls)
        {
            refusals.Add(await RefusalAsync(context, stranger, what, async () =>
            {
                // Each over a connection of its own: what follows a refused put on the same one may be read wrongly.
                await using IDataGateway store = await stranger.OpenData(context.Cancellation);
                return await call(store);
            }));
        }

        await context.ReadsAsync(there, body, $"after {stranger.Who} had asked");
        await context.AbsentAsync(absent, $"after {stranger.Who} was refused");
        if (stranger.OpenDatabase is not null && context.Target.OpenDatabase is not null)
            await HeadsRefusedAsync(context, stranger, refusals);
        return refusals;
    }

    private static async Task HeadsRefusedAsync(ClauseContext context, StoreAccess stranger, List<StorageException> refusals)
    {
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, $"heads{context.Dice.Hex(6)}", 1);
        HeadEvent mine = await place.CommitAsync(0);
        HeadEvent theirs = place.Events.Make([mine.Cid]);
        Task<StorageException> AsStranger(string what, Func<IMetadataGateway, Task<string>> call) => RefusalAsync(context, stranger, what, async () =>
        {
            await using IDeviceStore device = context.Databases.Device(place.Name, stranger);
            return await call(device.Metadata);
        });
        refusals.Add(await AsStranger("a reading of heads", async heads => $"{(await heads.ReadAsync(context.Cancellation)).Entries.Length} heads"));
        refusals.Add(await AsStranger("a publication", async heads =>
        {
            await heads.PublishAsync(theirs.Entry, (Cid[])[mine.Cid], context.Cancellation);
            return "that it is there";
        }));
        await place.HoldsAsync(place.ReadFreshAsync, [mine.Cid], $"after {stranger.Who} had asked for the heads");
    }

    private static async Task<StorageException> RefusalAsync(ClauseContext context, StoreAccess stranger, string what, Func<Task<string>> call)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                string answer = await call();
                throw new ClauseViolation($"{what} by {stranger.Who} was answered: {answer}");
            }
            catch (StorageException passing) when (passing.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled && attempt < StrangersAttempts)
            {
                await Task.Delay(s_strangersPause * attempt, context.Time, context.Cancellation);
            }
            catch (StorageException refusal)
            {
                if (refusal.Kind is not StorageErrorKind.NotAuthorized)
                    context.Quirk($"{char.ToUpperInvariant(what[0])}{what[1..]} by {stranger.Who} is refused as {refusal.Kind}.");
                return refusal;
            }
        }
    }
}
