using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Subscriptions
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly AttachOptions s_often = new() { PollInterval = 5 * s_look, CheckInterval = 5 * s_look };

    private static async Task<Finding> BearsUntidyMessagesAsync(ClauseContext context)
    {
        int count = context.Plan.Count(200, 12, 40);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "order", 3);
        await using ChannelListener listener = new(BentChannel.Untidy(place.Heads(1), context.Dice, context.Time), place.Events, context.Time);
        HeadEvent last = await place.CommitAsync(0);
        for (int i = 1; i < count; i++)
        {
            last = await place.CommitAsync(i % 2 * 2);
            if (i % 4 == 0)
                await RequireHeardAsync(context, listener, last, "a client whose messages are doubled and reordered");
        }

        await RequireHeardAsync(context, listener, last, "a client whose messages are doubled and reordered");
        for (int client = 0; client < 3; client++)
            await place.LeadsToAsync(() => place.ReadAsync(client), [last.Cid], client == 1 ? "after the last message, the client that listened reads" : "after the last message, a client reads");
        int commits = await DevicesAgreeAsync(context, Math.Min(count, 30));
        return Finding.Passed(
            $"{listener.Messages} messages about {count} events, doubled, delayed and reordered, left all clients with one reading; two devices with {commits} commits"
            + " ended the same");
    }

    private static async Task<int> DevicesAgreeAsync(ClauseContext context, int commits)
    {
        await using IDeviceStore nearOne = context.Databases.Device("untidy");
        await using IDeviceStore nearOther = context.Databases.Device("untidy");
        await nearOne.PrepareAsync(context.Cancellation);
        await using Database one = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        await using Database other = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        RemoteLink[] links =
        [
            await one.AttachAsync(RemoteOf(nearOne, BentChannel.Untidy(nearOne.Metadata, context.Dice, context.Time)), s_often, context.Cancellation),
            await other.AttachAsync(RemoteOf(nearOther, BentChannel.Untidy(nearOther.Metadata, context.Dice, context.Time)), s_often, context.Cancellation),
        ];
        for (int i = 0; i < commits; i++)
        {
            Database writer = i % 2 == 0 ? one : other;
            await writer.PutAsync(Document.Parse($$"""{"_id":"note-{{context.Dice.Below(8)}}","n":{{i}}}"""), context.Cancellation);
            if (context.Dice.OneIn(4))
                await links[i % 2].WhenSentAsync(context.Cancellation);
        }

        long start = context.Time.GetTimestamp();
        while (true)
        {
            foreach (RemoteLink link in links)
                await link.WhenUpToDateAsync(context.Cancellation);
            DatabaseState wanted = await DatabaseState.ReadAsync(one, context.Cancellation);
            string? difference = (await DatabaseState.ReadAsync(other, context.Cancellation)).DifferenceFrom(wanted);
            if (difference is null)
                return commits;
            ClauseContext.Require(
                context.Time.GetElapsedTime(start) < context.ChannelPatience, $"two devices behind untidy channels do not agree after {commits} commits: {difference}");
            await Task.Delay(s_look, context.Time, context.Cancellation);
        }
    }

    private static async Task<Finding> IsNotHeldUpAsync(ClauseContext context)
    {
        const int OnOneHandle = 4;
        int subscribers = Math.Min(32, context.Plan.Racers / 2);
        int count = context.Plan.Count(200, 12, 10);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "stalled", 1 + (subscribers / OnOneHandle));
        HeadEvent first = await place.CommitAsync(0);
        TaskCompletionSource goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<ChannelListener> listeners = [];
        try
        {
            for (int i = 0; i < subscribers; i++)
            {
                listeners.Add(new ChannelListener(place.Heads(1 + (i / OnOneHandle)), place.Events, context.Time, i switch
                {
                    0 => async _ => await goesOn.Task,
                    1 => static _ => throw new InvalidOperationException("a subscriber fails, on purpose"),
                    _ => null,
                }));
            }

            // The stalled one has its first message in hand before anything else happens.
            await RequireHeardAsync(context, listeners[0], first, "a subscriber");
            HeadEvent last = first;
            for (int i = 0; i < count; i++)
                last = await WithinPatienceAsync(context, place.CommitAsync(0), "a publication waits for a subscriber that has stalled");
            foreach (ChannelListener listener in listeners.Skip(2))
                await RequireHeardAsync(context, listener, last, $"one of {subscribers - 2} subscribers beside one that stalled and one that failed");
            goesOn.SetResult();
            await RequireHeardAsync(context, listeners[0], last, "a subscriber that had stalled, and goes on,");
            return Finding.Passed($"{count} events reached {subscribers - 2} subscribers beside one that had stalled and one that had failed, and the stalled one caught up");
        }
        finally
        {
            goesOn.TrySetResult();
            foreach (ChannelListener listener in listeners)
                await listener.DisposeAsync();
        }
    }

    private static async Task<T> WithinPatienceAsync<T>(ClauseContext context, Task<T> call, string otherwise)
    {
        await Concurrently.AnyAsync(call, Task.Delay(context.ChannelPatience, context.Time, context.Cancellation));
        context.Cancellation.ThrowIfCancellationRequested();
        ClauseContext.Require(call.IsCompleted, $"{otherwise}, after {context.ChannelPatience.TotalSeconds:0} s");
        return await call;
    }

    private static async Task<Finding> ConvergesByPollingAsync(ClauseContext context)
    {
        const int Clients = 3;
        await using (HeadsPlace pace = await HeadsPlace.OpenAsync(context, "pace", 1))
            await pace.PaceAsync();
        int rounds = context.Plan.Count(100, 6, 12);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "polled", Clients + 1);
        List<TimeSpan> delays = [];
        for (int round = 1; round <= rounds; round++)
        {
            HeadEvent made = await place.CommitAsync(0);
            long acknowledged = context.Time.GetTimestamp();
            for (int client = 1; client <= Clients; client++)
                await place.CoversAsync(client, made.Reach, $"round {round}: a client that only asks reads");
            delays.Add(context.Time.GetElapsedTime(acknowledged));
        }

        TimeSpan taken = await TakesInBehindSilenceAsync(context);
        delays.Sort();
        string channel = "there is no channel";
        if (place.Traits.Push)
        {
            await using ChannelListener listener = new(place.Heads(1), place.Events, context.Time);
            HeadEvent made = await place.CommitAsync(0);
            ClauseContext.Require(
                await listener.HearsAsync(made, context.ChannelPatience, context.Cancellation),
                $"a channel is offered and open, and told of nothing in {context.ChannelPatience.TotalSeconds:0} s; asking again shows everything");
            channel = "the channel is alive";
        }

        return Finding.Passed(FormattableString.Invariant(
            $"{rounds} events were seen by {Clients} clients that only ask, in {delays[delays.Count / 2].TotalMilliseconds:0} ms (median) to {delays[^1].TotalMilliseconds:0} ms")
            + FormattableString.Invariant($"; a device behind a silent channel had a commit after {taken.TotalMilliseconds:0} ms; {channel}"));
    }

    // The device believes that it has a channel, as over a connection that is half open.
    private static async Task<TimeSpan> TakesInBehindSilenceAsync(ClauseContext context)
    {
        await using IDeviceStore far = context.Databases.Device("silent");
        await using IDeviceStore near = context.Databases.Device("silent");
        await far.PrepareAsync(context.Cancellation);
        await using Database writer = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        await using Database reader = await context.Databases.OpenAsync(context.Databases.Elsewhere(), context.Cancellation);
        await writer.PutAsync(Document.Parse("""{"_id":"note-0","n":0}"""), context.Cancellation);
        await writer.SyncAsync(far, context.Cancellation);
        RemoteLink link = await reader.AttachAsync(RemoteOf(near, BentChannel.Silent(near.Metadata)), s_often, context.Cancellation);
        await link.WhenUpToDateAsync(context.Cancellation);
        await writer.PutAsync(Document.Parse("""{"_id":"note-1","n":1}"""), context.Cancellation);
        await writer.SyncAsync(far, context.Cancellation);
        long start = context.Time.GetTimestamp();
        while (await reader.GetAsync("note-1", context.Cancellation) is null)
        {
            ClauseContext.Require(
                context.Time.GetElapsedTime(start) < context.ChannelPatience,
                $"a device behind a silent channel, which looks every {s_often.CheckInterval.TotalMilliseconds:0} ms, did not take in a commit in {context.ChannelPatience.TotalSeconds:0} s");
            await Task.Delay(s_look, context.Time, context.Cancellation);
        }

        return context.Time.GetElapsedTime(start);
    }

    private static RemoteStore RemoteOf(IDeviceStore device, IMetadataGateway heads) => new("conform", device.Data, heads);
}
