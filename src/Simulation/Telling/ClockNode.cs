using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>An event of a Merkle clock, as pictures show it.</summary>
/// <param name="Cid">The event.</param>
/// <param name="Parents">What it follows.</param>
/// <param name="Device">Which device made it, from 0; null for a merge, and where nobody was told of it.</param>
/// <param name="Title">The end of its content id, and whose step it was.</param>
/// <param name="Writes">What it wrote, a line each, the first few.</param>
internal sealed record ClockNode(Cid Cid, ImmutableArray<Cid> Parents, int? Device, string Title, ImmutableArray<string> Writes)
{
    private const int MostWrites = 3;

    private static readonly string[] s_colours = ["#cfe3ff", "#ffe0c2", "#d5f2d0", "#f4d6f0", "#fff3b8", "#d9d9d9"];

    /// <summary>The colour of its device.</summary>
    public string Colour => Device is { } device ? s_colours[device % s_colours.Length] : "#ffffff";

    /// <summary>The events of a run, each behind those that it follows; none when its history could not be read.</summary>
    public static IEnumerable<ClockNode> Of(WorldResult result)
    {
        if (result.History is not { } history)
            yield break;
        Dictionary<Cid, Acknowledgement> authors = [];
        foreach (Acknowledgement told in result.Acknowledged.Where(static told => told.Heads.Length == 1))
            authors.TryAdd(told.Heads[0], told);
        foreach (ClockEvent made in history.Events.ToArray())
        {
            Acknowledgement? told = authors.GetValueOrDefault(made.Cid);
            string author = told is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {Plan.NameOf(told.Device)}, step {told.Step}");
            yield return new ClockNode(made.Cid, [.. made.Parents], told?.Device, Names.Of(made.Cid) + author, [.. WritesOf(made)]);
        }
    }

    private static IEnumerable<string> WritesOf(ClockEvent made)
    {
        foreach (KeyValue write in made.Operations.ToArray().Take(MostWrites))
            yield return $"{Bare(write.Key)} = {Names.Of(write.Value)}";
        if (made.Operations.Length > MostWrites)
            yield return "…";
    }

    private static string Bare(string id) => id == Engine.Crdt.Genesis.Key ? "the beginning" : id.StartsWith(Scene.Mark, StringComparison.Ordinal) ? id[Scene.Mark.Length..] : id;
}
