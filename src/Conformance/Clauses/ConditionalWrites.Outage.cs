using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

/// <content>Conditions while a part of the store is out.</content>
internal static partial class ConditionalWrites
{
    private static async Task<Finding> StaysConditionalAsync(ClauseContext context)
    {
        if (context.Target.Degrade is not { } degrade)
            return Finding.Inconclusive("no part of this store can be stopped from here");
        bool creates = context.Target.Data.Traits.ConditionalCreate;
        bool replaces = context.Target.Data.Traits.ConditionalReplace;
        if (!creates && !replaces)
            return Finding.Unsupported("the store says that it has no conditional puts");
        int rounds = context.Plan.Count(50, 4, 6);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            string key = context.Key($"degraded-{round}");
            byte[] kept = context.Body(key, 900, version: 1);
            byte[] wrong = context.Body(key, 900, version: 2);
            string former = await context.PutAsync(key, wrong);
            await context.PutAsync(key, kept);
            await degrade(true);
            try
            {
                if (creates)
                    refused += await IsRefusedAsync(context, key, wrong, PutCondition.IfAbsent, "that the key is free");
                if (replaces)
                    refused += await IsRefusedAsync(context, key, wrong, PutCondition.IfMatches(former), "of a former version");
            }
            finally
            {
                await degrade(false);
            }

            await context.SettlesAsync(async () => await context.GetAsync(key) is { } there && ClauseContext.Difference(there.Bytes.Span, kept) is null
                ? null
                : $"round {round + 1}: after conditional puts that did not hold, while a part of the store was out, another content is there");
        }

        return Finding.Passed($"{refused} puts whose condition did not hold were refused while a part of the store was out, and changed nothing");
    }

    private static async Task<int> IsRefusedAsync(ClauseContext context, string key, byte[] body, PutCondition condition, string what)
    {
        try
        {
            _ = await context.Store.PutAsync(key, body, condition, context.Cancellation);
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Transient or StorageErrorKind.Throttled
            or StorageErrorKind.Ambiguous)
        {
            return 1;
        }

        throw new ClauseViolation($"a put under the condition {what}, which did not hold, was acknowledged while a part of the store was out");
    }
}
