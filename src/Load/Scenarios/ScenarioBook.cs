using System.Collections.Immutable;

namespace FireproofBench.Load.Scenarios;

/// <summary>All scenarios, in the order in which people read them.</summary>
internal static class ScenarioBook
{
    /// <summary>The scenarios.</summary>
    public static ImmutableArray<ScenarioEntry> All { get; } =
    [
        new("concurrent-writers", "What does a put cost each of many devices, and how long until the store has it?", true, static (target, settings) => new ConcurrentWriters(target, settings)),
        new("writers-and-compaction", "What do those who write notice while one of them merges the whole log?", true, static (target, settings) => new WritersAndCompaction(target, settings)),
        new("cold-open", "How long until a new device is attached, and has read its first document?", true, static (target, settings) => new ColdOpen(target, settings)),
        new("read-mostly", "What does a get cost beside some writers, when some documents are read far more often than others?", true, static (target, settings) => new ReadMostly(target, settings)),
        new("raw-put", "How many puts of one size does the store take, and how fast? Nothing of the engine.", false, static (target, settings) => new RawPut(target, settings)),
        new("raw-get", "How many gets of one size does it answer, and are they whole?", false, static (target, settings) => new RawGet(target, settings)),
        new("raw-list", "What does it cost to list so many objects, and are all there?", false, static (target, settings) => new RawList(target, settings)),
        new("raw-conditional-put", "What does a put under a condition cost, and does each one count exactly once?", false, static (target, settings) => new RawConditionalPut(target, settings)),
    ];

    /// <summary>The scenario of a name; null when there is none.</summary>
    public static ScenarioEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}
