using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Heads;

/// <summary>An event that a check publishes as a head.</summary>
/// <param name="Number">Its number among the events of the check, in the order in which they were made.</param>
/// <param name="Entry">What is published.</param>
/// <param name="Reach">The event itself and all that it follows.</param>
internal sealed record HeadEvent(int Number, MetaEntry Entry, EventSet Reach)
{
    /// <summary>The id under which it is published.</summary>
    public Cid Cid => Entry.Cid;
}
