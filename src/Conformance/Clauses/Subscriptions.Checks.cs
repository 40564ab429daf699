using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Subscriptions
{
    private static async Task<Finding> LosesNothingAtTheStartAsync(ClauseContext context)
    {
        const int Moments = 4;
        int rounds = context.Plan.Count(400, 16, 20);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "start", 4);
        await place.CommitAsync(0);
        long started = context.Time.GetTimestamp();
        for (int i = 0; i < 4; i++)
            await place.ReadAsync(1);
        TimeSpan window = TimeSpan.FromMilliseconds(4) + (context.Time.GetElapsedTime(started) / 2);
        int read = 0;
        int heard = 0;
        for (int round = 0; round < rounds; round++)
        {
            int client = 1 + (round % 3);
            int moment = round % Moments;
            bool isReadFirst = round / Moments % 2 == 0;
            string when = moment switch
            {
                0 => "between reading and subscribing",
                1 => "right after both",
                2 => "before both",
                _ => "beside both",
            };
            EventSet covered = EventSet.Empty;
            HeadEvent? made = null;
            Task publishing = Task.CompletedTask;
            async Task PublishAsync() => made = await place.CommitAsync(0);
            async Task ReadAsync() => covered = place.Events.CoveredBy(await place.ReadAsync(client));
            async Task PublishAfterAsync(TimeSpan wait)
            {
                await Task.Delay(wait, context.Time, context.Cancellation);
                await PublishAsync();
            }

            if (moment == 2)
                await PublishAsync();
            if (moment == 3)
                publishing = PublishAfterAsync(window * round / rounds);
            if (isReadFirst)
            {
                await ReadAsync();
                if (moment == 0)
                    await PublishAsync();
            }

            await using ChannelListener listener = new(place.Heads(client), place.Events, context.Time);
            if (!isReadFirst)
            {
                if (moment == 0)
                    await PublishAsync();
                await ReadAsync();
            }

            if (moment == 1)
                await PublishAsync();
            await publishing;
            if (covered.Contains(made!.Number))
            {
                read++;
                continue;
            }

            ClauseContext.Require(
                await listener.HearsAsync(made, context.ChannelPatience, context.Cancellation),
                $"round {round + 1}: an event that was published {when} was not in the reading, and the channel did not tell of it in {context.ChannelPatience.TotalSeconds:0} s");
            heard++;
        }

        return Finding.Passed($"of {rounds} events published around reading and subscribing {read} were read and {heard} heard; none was missed");
    }

    private static async Task<Finding> TakesUpAgainAsync(ClauseContext context)
    {
        const int Missed = 3;
        TimeSpan[] cuts =
        [
            .. (context.Plan.Budget switch
            {
                Budget.Quick => [0, 0.03, 0.1],
                Budget.Standard => [0, 0.1, 1, 4],
                _ => new[] { 0, 0.1, 1, 10, 60, 300 },
            }).Select(TimeSpan.FromSeconds),
        ];
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "again", 2);
        foreach (TimeSpan cut in cuts)
        {
            string when = FormattableString.Invariant($"after a break of {cut.TotalSeconds:0.##} s");
            await using (ChannelListener before = new(place.Heads(1), place.Events, context.Time))
                await HearsNextAsync(context, place, before, "before a break");
            HeadEvent last = await place.CommitAsync(0);
            await Task.Delay(cut, context.Time, context.Cancellation);
            for (int i = 1; i < Missed; i++)
                last = await place.CommitAsync(0);
            await using ChannelListener after = new(place.Heads(1), place.Events, context.Time);
            await place.CoversAsync(1, last.Reach, $"{when}, a client that comes back reads");
            await HearsNextAsync(context, place, after, when);
        }

        return Finding.Passed($"after {cuts.Length} breaks of up to {cuts[^1].TotalSeconds:0.##} s nothing was missed, and the channel told of what came next");
    }

    private static async Task<Finding> TellsWhatCanBeReadAsync(ClauseContext context)
    {
        int rounds = context.Plan.Count(300, 15, 12);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "told", 3);
        long compared = 0;
        async Task CompareAsync(MetaReading told)
        {
            EventSet expected = place.Events.CoveredBy(told);
            await place.CoversAsync(1, expected, "the client that was told reads");
            await place.CoversAsync(2, expected, "another client reads what one was told of");
            Interlocked.Increment(ref compared);
        }

        await using ChannelListener listener = new(place.Heads(1), place.Events, context.Time, CompareAsync);
        for (int i = 0; i < rounds; i++)
        {
            HeadEvent made = await place.CommitAsync(0);

            // Some are waited for, so that each is told by itself; others come at once, so that messages meet writers.
            if (i % 3 == 0 || i == rounds - 1)
                await RequireHeardAsync(context, listener, made, "a listener");
        }

        long told = listener.Messages;
        await listener.UntilAsync(() => Interlocked.Read(ref compared) >= told, context.ChannelPatience, context.Cancellation);
        return Finding.Passed($"{told} messages about {rounds} events, and each could be read at once by the listener and by another client");
    }

    private static async Task<Finding> EndsWhenToldAsync(ClauseContext context)
    {
        int cycles = context.Plan.Count(1000, 20, 10);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "ends", 2);
        HeadEvent latest = await place.CommitAsync(0);
        for (int cycle = 1; cycle <= cycles; cycle++)
        {
            await using ChannelListener listener = new(place.Heads(1), place.Events, context.Time);
            if (cycle % 2 == 0)
                await RequireHeardAsync(context, listener, latest, $"subscriber {cycle}");
            listener.Cancel();
            latest = await place.CommitAsync(0);
            await RequireEndAsync(context, listener, latest, $"subscription {cycle} was cancelled");
        }

        await using (ChannelListener last = new(place.Heads(1), place.Events, context.Time))
            await HearsNextAsync(context, place, last, $"after {cycles} subscriptions that were cancelled");

        await using HeadsPlace closed = await HeadsPlace.OpenAsync(context, "closed", 1);
        await using HeadsPlace open = await HeadsPlace.OpenAsync(context, "closed", 1, closed.Events);
        await using ChannelListener orphan = new(closed.Heads(0), closed.Events, context.Time);
        await HearsNextAsync(context, open, orphan, "before its handle was closed");
        await closed.DisposeAsync();
        await RequireEndAsync(context, orphan, await open.CommitAsync(0), "the handle of a subscription was closed");
        return Finding.Passed($"{cycles} subscriptions ended when they were cancelled and one when its handle was closed; none told of anything later");
    }

    private static async Task RequireEndAsync(ClauseContext context, ChannelListener listener, HeadEvent later, string after)
    {
        await listener.UntilAsync(() => listener.Ended.IsCompleted || listener.Heard.Contains(later.Number), context.ChannelPatience, context.Cancellation);
        ClauseContext.Require(!listener.Heard.Contains(later.Number), $"after {after}, it told of an event that was published later");
        ClauseContext.Require(listener.Ended.IsCompleted, $"after {after}, it did not end within {context.ChannelPatience.TotalSeconds:0} s");
    }

    private static async Task<Finding> MakesNoStormAsync(ClauseContext context)
    {
        const int Subscribers = 4;
        const int EachEvent = 4;
        int count = context.Plan.Count(200, 15, 12);
        await using HeadsPlace place = await HeadsPlace.OpenAsync(context, "storm", Subscribers);
        HeadEvent last = await place.CommitAsync(0);
        ChannelListener[] listeners = [.. Enumerable.Range(0, Subscribers).Select(i => new ChannelListener(place.Heads(i), place.Events, context.Time))];
        try
        {
            foreach (ChannelListener listener in listeners)
                await RequireHeardAsync(context, listener, last, "a subscriber");
            for (int i = 0; i < count; i++)
                last = await place.CommitAsync(0);
            foreach (ChannelListener listener in listeners)
                await RequireHeardAsync(context, listener, last, "a subscriber");
            long most = listeners.Max(static listener => listener.Messages);
            long allowed = EachEvent * (count + 2);

            // Nothing happens any more: whatever comes now is an echo.
            await Task.Delay(TimeSpan.FromMilliseconds(200), context.Time, context.Cancellation);
            long afterwards = listeners.Max(static listener => listener.Messages);
            ClauseContext.Require(afterwards <= allowed, $"{count + 1} events made {afterwards} messages to one subscriber, {afterwards - most} of them after the last was heard");
            return Finding.Passed($"{count + 1} events made at most {afterwards} messages to each of {Subscribers} subscribers, the writer among them");
        }
        finally
        {
            foreach (ChannelListener listener in listeners)
                await listener.DisposeAsync();
        }
    }

    private static async Task HearsNextAsync(ClauseContext context, HeadsPlace place, ChannelListener listener, string when) =>
        await RequireHeardAsync(context, listener, await place.CommitAsync(0), $"a subscriber {when}");

    private static async Task RequireHeardAsync(ClauseContext context, ChannelListener listener, HeadEvent made, string who)
    {
        bool isHeard = await listener.HearsAsync(made, context.ChannelPatience, context.Cancellation);
        ClauseContext.Require(
            isHeard,
            $"{who} was not told of an event {(listener.Ended.IsCompleted ? "because the channel ended by itself" : $"within {context.ChannelPatience.TotalSeconds:0} s")}");
    }
}
