using System.Globalization;
using System.Text;
using System.Xml.Linq;

// FILE SEEDS OUT: lines and branches of a Cobertura file, added up by room of the engine, as a page of Markdown.
string[] proven = ["Clock", "Pail", "Crdt", "Storage", "Sync"];
XDocument report = XDocument.Load(args[0]);
string root = (string?)report.Descendants("source").FirstOrDefault() ?? "";
var lines = report.Descendants("class")
    .SelectMany(static type => type.Element("lines")!.Elements("line").Select(line => (File: (string)type.Attribute("filename")!, Number: (int)line.Attribute("number")!, Line: line)))
    .GroupBy(static line => (line.File, line.Number))
    .Select(line => (Room: RoomOf(Path.Combine(root, line.Key.File)), IsHit: line.Any(static one => (long)one.Line.Attribute("hits")! > 0), Branches: BranchesOf(line.Select(static one => one.Line))))
    .Where(static line => line.Room.Length > 0)
    .ToArray();

StringBuilder page = new();
page.AppendLine("# What of the engine the simulation reaches").AppendLine();
page.AppendLine(CultureInfo.InvariantCulture, $"Lines and branches that `simulate --seeds {args[1]}` ran, and nothing else: no other test had a part in it. Made by `dotnet build -c Release bench/Coverage -t:Cover`.").AppendLine();
page.AppendLine("| room | lines | | branches | |").AppendLine("|---|---:|---:|---:|---:|");
foreach (var room in lines.GroupBy(static line => line.Room).OrderBy(room => proven.Contains(room.Key) ? 0 : 1).ThenBy(static room => room.Key, StringComparer.Ordinal))
    Row(room.Key, [.. room]);
Row("those five", [.. lines.Where(line => proven.Contains(line.Room))]);
Row("all", lines);
File.WriteAllText(args[2], page.ToString());
Console.Write(page);

void Row(string name, (string Room, bool IsHit, (int Hit, int All) Branches)[] part)
{
    int hit = part.Count(static line => line.IsHit);
    int taken = part.Sum(static line => line.Branches.Hit);
    int all = part.Sum(static line => line.Branches.All);
    page.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {hit} of {part.Length} | {100.0 * hit / Math.Max(1, part.Length):f1} % | {taken} of {all} | {100.0 * taken / Math.Max(1, all):f1} % |");
}

static string RoomOf(string file)
{
    string[] parts = file.Replace('\\', '/').Split('/');
    int engine = Array.LastIndexOf(parts, "Engine");
    return engine < 0 || engine + 2 >= parts.Length ? "" : parts[engine + 1];
}

// As Cobertura has it: condition-coverage="50% (1/2)".
static (int Hit, int All) BranchesOf(IEnumerable<XElement> lines)
{
    int hit = 0;
    int all = 0;
    foreach (XElement line in lines)
    {
        if ((string?)line.Attribute("condition-coverage") is not { } text)
            continue;
        string[] counts = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split('/');
        hit += int.Parse(counts[0], CultureInfo.InvariantCulture);
        all += int.Parse(counts[1], CultureInfo.InvariantCulture);
    }

    return (hit, all);
}
