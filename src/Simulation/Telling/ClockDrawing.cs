using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>Draws the Merkle clock of a run as SVG, for whoever has a browser and nothing else: a column a device, the beginning at the top, each event below all that it follows.</summary>
internal static class ClockDrawing
{
    /// <summary>Most events that are drawn, the newest ones: a picture of more nobody looks at.</summary>
    public const int MostEvents = 500;

    private const int Width = 210;
    private const int Height = 84;
    private const int BoxWidth = 190;
    private const int LineHeight = 13;
    private const int Margin = 20;

    /// <summary>Draws the history of a run; a title alone when it could not be read.</summary>
    public static IEnumerable<string> Lines(WorldResult result)
    {
        ImmutableArray<ClockNode> all = [.. ClockNode.Of(result)];
        ImmutableArray<ClockNode> nodes = [.. all.Skip(all.Length - MostEvents)];
        Dictionary<Cid, (int X, int Y)> places = Place(nodes, result.Plan.Devices);
        Dictionary<Cid, int> tall = nodes.ToDictionary(static node => node.Cid, static node => ((node.Writes.Length + 1) * LineHeight) + 5);
        int width = (2 * Margin) + Width + places.Values.Select(static place => place.X).DefaultIfEmpty().Max();
        int height = (3 * Margin) + Height + places.Values.Select(static place => place.Y).DefaultIfEmpty().Max();
        yield return string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"11\">");
        string left = all.Length > nodes.Length ? string.Create(CultureInfo.InvariantCulture, $", without the first {all.Length - nodes.Length} events") : "";
        yield return string.Create(CultureInfo.InvariantCulture, $"<title>The clock of seed {result.Plan.Seed}{left}</title>");
        yield return "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>";
        for (int device = 0; device < result.Plan.Devices; device++)
            yield return string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Margin + (device * Width)}\" y=\"{Margin}\" font-weight=\"bold\">{Plan.NameOf(device)}</text>");
        yield return string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Margin + (result.Plan.Devices * Width)}\" y=\"{Margin}\" font-weight=\"bold\">merges, and what nobody was told of</text>");
        foreach (ClockNode node in nodes)
        {
            foreach (Cid parent in node.Parents)
            {
                if (places.TryGetValue(parent, out (int X, int Y) from) && places[node.Cid] is var to)
                    yield return string.Create(CultureInfo.InvariantCulture, $"<line x1=\"{to.X + (BoxWidth / 2)}\" y1=\"{to.Y}\" x2=\"{from.X + (BoxWidth / 2)}\" y2=\"{from.Y + tall[parent]}\" stroke=\"#666666\"/>");
            }
        }

        foreach (ClockNode node in nodes)
        {
            (int x, int y) = places[node.Cid];
            yield return string.Create(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{BoxWidth}\" height=\"{tall[node.Cid]}\" rx=\"4\" fill=\"{node.Colour}\" stroke=\"#444444\"/>");
            foreach ((int line, string text) in node.Writes.Prepend(node.Title).Index())
                yield return string.Create(CultureInfo.InvariantCulture, $"<text x=\"{x + 5}\" y=\"{y + ((line + 1) * LineHeight)}\"{(line == 0 ? " font-weight=\"bold\"" : "")}>{WebUtility.HtmlEncode(text)}</text>");
        }

        yield return "</svg>";
    }

    // A row below the lowest of those that it follows, in the column of its device, or to the right where that place is taken.
    private static Dictionary<Cid, (int X, int Y)> Place(ImmutableArray<ClockNode> nodes, int devices)
    {
        Dictionary<Cid, int> rows = [];
        Dictionary<Cid, (int X, int Y)> places = [];
        HashSet<(int Row, int Column)> taken = [];
        foreach (ClockNode node in nodes)
        {
            int row = node.Parents.Select(parent => rows.GetValueOrDefault(parent, -1)).DefaultIfEmpty(-1).Max() + 1;
            rows[node.Cid] = row;
            int column = node.Device ?? devices;
            while (!taken.Add((row, column)))
                column++;
            places[node.Cid] = (Margin + (column * Width), (2 * Margin) + (row * Height));
        }

        return places;
    }
}
