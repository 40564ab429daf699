namespace FireproofBench.Conformance.Clauses;

/// <summary>SUB: the channel on which a store tells of new heads, and what holds without one.</summary>
internal static partial class Subscriptions
{
    private const string Polling = "Ask for the heads now and then (polling) beside the channel, or instead of it.";

    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("SUB", "Subscribe / sync channel",
    [
        Channel(new Clause
        {
            Id = "SUB-01",
            Level = ClauseLevel.Must,
            Requirement = "Whoever reads the heads and subscribes misses no event: it is in the reading, or the channel tells of it.",
            Why = "An event that falls between the two is not seen before the next one, which may be in a week.",
            How = "Publishes before, between and after reading and subscribing, and at moments swept across both, in both orders; each event must be read or heard.",
            WhenItFails = Polling,
            Source = "RxDB's checkpoints; Fireproof's stream, which subscribes and then reads",
            Slot = ClauseSlot.Alone,
            Check = Pushed(LosesNothingAtTheStartAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-02",
            Level = ClauseLevel.Must,
            Requirement = "After a break of any length a client that comes back has everything that it missed, and hears of what comes next.",
            Why = "Devices sleep, and wake up somewhere else.",
            How = "Ends the channel, publishes, waits from nothing to minutes (by budget), comes back through the same handle, and publishes again.",
            WhenItFails = Polling,
            Source = "automerge-repo's test of reconnecting",
            Check = Pushed(TakesUpAgainAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-03",
            Level = ClauseLevel.Must,
            Requirement = "Messages that come twice, late or in another order change nothing in the end.",
            Why = "Networks do this to every channel.",
            How = "Two devices synchronise through a channel whose messages are doubled, delayed and reordered on their side, and must end the same; and who listened"
                + " must read, at the end, what others read.",
            WhenItFails = Polling,
            Slot = ClauseSlot.Alone,
            Check = Pushed(BearsUntidyMessagesAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-04",
            Level = ClauseLevel.Must,
            Requirement = "What the channel tells of can be read at once, or within the declared bound.",
            Why = "A client that is told and reads nothing new goes back to sleep.",
            How = "On each message reads the heads, through the handle that listens and through another one.",
            WhenItFails = "Read again, after a pause, until what was told can be read; or poll instead.",
            Check = Pushed(TellsWhatCanBeReadAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-05",
            Level = ClauseLevel.Should,
            Requirement = "A subscription that is cancelled ends, and tells of nothing afterwards; so do all when their handle is closed.",
            Why = "A callback into something closed is a crash, and one that stays for ever is a leak.",
            How = "Subscribes and cancels again and again, publishes after each, and closes a handle that listens.",
            WhenItFails = "Drop what comes after the cancellation, and keep one subscription for the life of a process.",
            Source = "automerge-repo's test of messages after disconnecting",
            Check = Pushed(EndsWhenToldAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-06",
            Level = ClauseLevel.Should,
            Requirement = "A subscriber that stalls or fails holds up neither writers nor other subscribers, and has everything when it goes on.",
            Why = "One sleeping tab must not stop everybody else.",
            How = "Of up to 32 subscribers one stalls and one fails in its first message; writers and the others must go on, and the stalled one catches up.",
            WhenItFails = "Keep the work on a message short: note that there is something, and read later.",
            Check = Pushed(IsNotHeldUpAsync),
        }),
        Channel(new Clause
        {
            Id = "SUB-07",
            Level = ClauseLevel.Must,
            Requirement = "Whoever hears nothing sees every change by asking again, within the declared bound; and a channel that is offered is not silent.",
            Why = "Channels are absent, or die without a word; the data must arrive all the same.",
            How = "Clients that never subscribe ask until they see each event; a device behind a channel that is silent must take in what others wrote; where the"
                + " store offers a channel, it must tell of an event.",
            WhenItFails = "With a silent channel, poll; if polling does not see changes either, look for a cache in front of the heads.",
            Check = ConvergesByPollingAsync,
        }),
        Channel(new Clause
        {
            Id = "SUB-08",
            Level = ClauseLevel.Should,
            Requirement = "A writer's own event starts no loop, and the number of messages is bounded by that of the events.",
            Why = "A storm of messages is an outage that one client makes for all.",
            How = "Counts the messages to several subscribers, the writer among them, and those that still come when nothing happens any more.",
            WhenItFails = "Read at most once in a while however many messages come.",
            Source = "Fireproof's PartyKit server leaves the sender out",
            Slot = ClauseSlot.Alone,
            Check = Pushed(MakesNoStormAsync),
        }),
    ]);

    private static Clause Channel(Clause clause) => clause with { Connector = ConnectorProfile.Metadata, Needs = StoreNeeds.Databases };

    // Some gateways know what they can do only after the first call.
    private static Func<ClauseContext, Task<Finding>> Pushed(Func<ClauseContext, Task<Finding>> check) => async context =>
    {
        await using (HeadsPlace pace = await HeadsPlace.OpenAsync(context, "pace", 1))
        {
            if (!pace.Traits.Push)
                return Finding.Unsupported("the store offers no channel: clients ask for the heads again");
            await pace.PaceAsync();
        }

        return await check(context);
    };
}
