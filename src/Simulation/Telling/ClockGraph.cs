using System.Globalization;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>Draws the Merkle clock of a run as a graph in the language DOT: an event a node, with who made it and what it wrote, and an arrow to each event that it follows.</summary>
internal static class ClockGraph
{
    private const int MostWrites = 3;

    private static readonly string[] s_colours = ["#cfe3ff", "#ffe0c2", "#d5f2d0", "#f4d6f0", "#fff3b8", "#d9d9d9"];

    /// <summary>Draws the history of a run; nothing but an empty graph when it could not be read.</summary>
    public static IEnumerable<string> Lines(WorldResult result)
    {
        yield return "digraph clock {";
        yield return "  rankdir=BT; node [shape=box, style=filled, fontname=\"monospace\", fontsize=10];";
        if (result.History is { } history)
        {
            Dictionary<Cid, Acknowledgement> authors = [];
            foreach (Acknowledgement told in result.Acknowledged.Where(static told => told.Heads.Length == 1))
                authors.TryAdd(told.Heads[0], told);
            foreach (ClockEvent made in history.Events.ToArray())
            {
                string author = authors.TryGetValue(made.Cid, out Acknowledgement? told) ? string.Create(CultureInfo.InvariantCulture, $"{Plan.NameOf(told.Device)}, step {told.Step}") : "";
                string colour = told is null ? "#ffffff" : s_colours[told.Device % s_colours.Length];
                yield return $"  \"{Names.Of(made.Cid)}\" [fillcolor=\"{colour}\", label=\"{Names.Of(made.Cid)} {author}\\n{Writes(made)}\"];";
                foreach (Cid parent in made.Parents.ToArray())
                    yield return $"  \"{Names.Of(made.Cid)}\" -> \"{Names.Of(parent)}\";";
            }
        }

        yield return "}";
    }

    private static string Writes(ClockEvent made)
    {
        IEnumerable<string> shown = made.Operations.ToArray().Take(MostWrites).Select(static write => $"{Bare(write.Key)} = {Names.Of(write.Value)}");
        return string.Join("\\n", shown) + (made.Operations.Length > MostWrites ? "\\n…" : "");
    }

    private static string Bare(string id) => id == Engine.Crdt.Genesis.Key ? "the beginning"
        : id.StartsWith(Scene.Mark, StringComparison.Ordinal) ? id[Scene.Mark.Length..] : id.Replace('"', '\'');
}
