using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>Draws the Merkle clock of a run as a graph in the language DOT: an event a node, with who made it and what it wrote, and an arrow to each event that it follows.</summary>
internal static class ClockGraph
{
    /// <summary>Draws the history of a run; nothing but an empty graph when it could not be read.</summary>
    public static IEnumerable<string> Lines(WorldResult result)
    {
        yield return "digraph clock {";
        yield return "  rankdir=BT; node [shape=box, style=filled, fontname=\"monospace\", fontsize=10];";
        foreach (ClockNode node in ClockNode.Of(result))
        {
            string name = Names.Of(node.Cid);
            yield return $"  \"{name}\" [fillcolor=\"{node.Colour}\", label=\"{string.Join("\\n", node.Writes.Prepend(node.Title).Select(static line => line.Replace('"', '\'')))}\"];";
            foreach (Cid parent in node.Parents)
                yield return $"  \"{name}\" -> \"{Names.Of(parent)}\";";
        }

        yield return "}";
    }
}
