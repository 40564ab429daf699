using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Clauses;

internal static partial class CloudProtocol
{
    private const int Together = 20;
    private static readonly TimeSpan s_betweenWrites = TimeSpan.FromMilliseconds(20);

    private static async Task<Finding> BringsDevicesTogetherAsync(CloudContext context)
    {
        await context.RequireRequestsAsync();
        CloudLedgerName ledger = context.Ledger();
        await using CloudDevice one = await CloudDevice.AttachAsync(context, ledger, "one");
        await using CloudDevice two = await CloudDevice.AttachAsync(context, ledger, "two");
        await one.PutAsync("from-one");
        await CloudDevice.MeetAsync(context, ["from-one"], one, two);
        await two.PutAsync("from-two");
        await CloudDevice.MeetAsync(context, ["from-one", "from-two"], one, two);
        string[] expected = ["from-one", "from-two", .. Enumerable.Range(0, Together).SelectMany(static n => (string[])[$"one-{n}", $"two-{n}"])];
        await Task.WhenAll(WriteAsync(one, "one"), WriteAsync(two, "two"));
        await CloudDevice.MeetAsync(context, expected, one, two);
        await using CloudDevice three = await CloudDevice.AttachAsync(context, ledger, "three");
        await CloudDevice.MeetAsync(context, expected, one, two, three);
        return Finding.Passed($"{expected.Length} documents of 2 devices, {2 * Together} of them at the same time, and a third device: the same documents and heads");
    }

    private static async Task WriteAsync(CloudDevice device, string name)
    {
        for (int n = 0; n < Together; n++)
            await device.PutAsync($"{name}-{n}");
    }

    private static async Task<Finding> CarriesKeysAsync(CloudContext context)
    {
        await context.RequireRequestsAsync();
        CloudLedgerName ledger = context.Ledger();
        await using CloudDevice pushed = await CloudDevice.AttachAsync(context, ledger, "pushed");
        await using CloudDevice asking = await CloudDevice.AttachAsync(context, ledger, "asking", listens: false);
        await pushed.PutAsync("by-the-first");
        await asking.PutAsync("by-the-second");
        string[] expected = ["by-the-first", "by-the-second"];
        await CloudDevice.MeetAsync(context, expected, pushed, asking);
        await using CloudDevice fresh = await CloudDevice.AttachAsync(context, ledger, "fresh", listens: false);
        await CloudDevice.MeetAsync(context, expected, pushed, asking, fresh);
        int keys = (await context.ReadAsync(ledger)).Keys().Count;
        CloudContext.Require(keys >= 2, $"devices with keys of their own sent them, and {keys} are told");
        return Finding.Passed($"3 devices with keys of their own read each other's documents, by {keys} keys that came with the heads");
    }

    private static async Task<Finding> SurvivesARestartBetweenWritesAsync(CloudContext context)
    {
        if (context.Subject.Restart is not { } restart)
            return Finding.Inconclusive("the run cannot kill and start the endpoint: --restart-command does");
        await context.RequireRequestsAsync();
        CloudLedgerName ledger = context.Ledger();
        await using CloudDevice one = await CloudDevice.AttachAsync(context, ledger, "one");
        await using CloudDevice two = await CloudDevice.AttachAsync(context, ledger, "two");
        await CloudDevice.MeetAsync(context, [], one, two);
        Task restarting = restart(context.Cancellation);
        Task<List<string>>[] writing = [WriteAroundAsync(one, "one"), WriteAroundAsync(two, "two")];
        await restarting;
        string[] expected = [.. (await Task.WhenAll(writing)).SelectMany(static ids => ids)];
        await CloudDevice.MeetAsync(context, expected, one, two);

        await using CloudDevice three = await CloudDevice.AttachAsync(context, ledger, "three");
        await CloudDevice.MeetAsync(context, expected, one, two, three);
        return Finding.Passed($"{expected.Length} documents that were written around a restart are at 2 devices and a new one");

        // Until it is done, and some more.
        async Task<List<string>> WriteAroundAsync(CloudDevice device, string name)
        {
            List<string> ids = [];
            for (int more = 0; more < Together / 2; more += restarting.IsCompleted ? 1 : 0)
            {
                ids.Add($"{name}-{ids.Count}");
                await device.PutAsync(ids[^1]);
                await Task.Delay(s_betweenWrites, context.Time, context.Cancellation);
            }

            return ids;
        }
    }
}
