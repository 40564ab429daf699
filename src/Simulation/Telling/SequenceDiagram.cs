using System.Globalization;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>Draws a run as a sequence diagram in the language of Mermaid: devices and stores as columns, writes as arrows, steps and faults as notes.</summary>
internal static class SequenceDiagram
{
    /// <summary>Most arrows and notes: what is longer nobody looks at, and renderers refuse it.</summary>
    public const int MostEntries = 400;

    private const string World = "world";

    /// <summary>Draws a run whose trace was kept.</summary>
    public static IEnumerable<string> Lines(WorldResult result)
    {
        yield return "sequenceDiagram";
        for (int device = 0; device < result.Plan.Devices; device++)
            yield return $"    participant {Plan.NameOf(device)}";
        string[] stores = result.Plan.Has(Features.SecondRemote) ? [Scene.NameOfStore(0), Scene.NameOfStore(1)] : [Scene.NameOfStore(0)];
        foreach (string store in stores)
            yield return $"    participant {Column(store)} as {store}";
        string everybody = $"{Plan.NameOf(0)},{Column(stores[^1])}";
        int told = 0;
        foreach (TraceEntry entry in result.Trace.Where(Story.IsNews))
        {
            if (++told > MostEntries)
            {
                yield return $"    Note over {everybody}: and more";
                break;
            }

            string time = entry.At.TotalSeconds.ToString("f3", CultureInfo.InvariantCulture);
            yield return entry.Kind switch
            {
                TraceKind.Request => $"    {entry.Actor}->>{Column(entry.Place)}: {Text($"{entry.Subject} {entry.Detail}")}",
                TraceKind.Late or TraceKind.Again => $"    {entry.Actor}--){Column(entry.Place)}: {Text($"{entry.Subject} {entry.Detail}")} {(entry.Kind == TraceKind.Late ? "(late)" : "(again)")}",
                _ when entry.Actor == World => $"    Note over {everybody}: {time} s {Text(entry.Subject)}",
                TraceKind.Done => $"    Note over {Column(entry.Actor)}: {time} s {Text($"{entry.Subject} {entry.Detail}")}",
                TraceKind.Refused => $"    Note over {Column(entry.Actor)}: {time} s {Text(entry.Subject)} fails",
                _ => $"    Note over {Column(entry.Actor)}: {time} s {Text($"{entry.Subject} {entry.Detail}")}",
            };
        }

        foreach (Checking.Violation violation in result.Violations)
            yield return $"    Note over {everybody}: VIOLATION {violation.Claim} {Text(violation.Evidence)}";
    }

    private static string Column(string name) => name.Replace(' ', '_');

    // A semicolon ends a line, and a hash begins an entity.
    private static string Text(string text)
    {
        string shortened = Story.Shortened(text).Replace(';', ',').Replace('#', ' ').ReplaceLineEndings(" ").Trim();
        return shortened.Length > 120 ? shortened[..120] + "…" : shortened;
    }
}
