using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;

namespace FireproofBench.Properties.Crdt;

/// <summary>An event of a small history.</summary>
/// <param name="Change">What the write made.</param>
/// <param name="Write">What it does.</param>
/// <param name="Past">The events before it, as bits of their places in the history; the first event of the database is not counted.</param>
internal sealed record SmallEvent(CrdtChange Change, SmallWrite Write, int Past)
{
    public ClockEvent Event => Change.Event!;
}
