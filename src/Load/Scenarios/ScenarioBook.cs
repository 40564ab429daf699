using System.Collections.Immutable;

namespace FireproofBench.Load.Scenarios;

/// <summary>All scenarios, in the order in which people read them.</summary>
internal static class ScenarioBook
{
    /// <summary>The scenarios.</summary>
    public static ImmutableArray<ScenarioEntry> All { get; } =
    [
        new("concurrent-writers", "What does a put cost each of many devices, and how long until the store has it?", true, static (target, settings) => new ConcurrentWriters(target, settings)) { Feed = FeedUse.Documents },
        new("writers-and-compaction", "What do those who write notice while one of them merges the whole log?", true, static (target, settings) => new WritersAndCompaction(target, settings)) { Feed = FeedUse.Documents },
        new("compaction", "What does it cost to merge a log, by how many files it has and how much the database holds from before?", true, static (target, settings) => new CompactionAlone(target, settings)) { Feed = FeedUse.Documents },
        new("cold-open", "How long until a new device is attached, and has read its first document?", true, static (target, settings) => new ColdOpen(target, settings)) { Feed = FeedUse.Documents },
        new("read-mostly", "What does a get cost beside some writers, when some documents are read far more often than others?", true, static (target, settings) => new ReadMostly(target, settings)) { Feed = FeedUse.Documents },
        new("merge-storm", "Devices write apart and come together at once: how long until all see all?", true, static (target, settings) => new MergeStorm(target, settings)) { Feed = FeedUse.Documents, LeastWorkers = 2 },
        new("sync-lag", "How long after a put is acknowledged on one device can the others read it?", true, static (target, settings) => new SyncLag(target, settings)) { Feed = FeedUse.Documents, LeastWorkers = 2 },
        new("listing", "What does it cost to list many documents on a device, by range and prefix or all, and the files at the store?", true, static (target, settings) => new Listing(target, settings)) { Feed = FeedUse.Documents },
        new("large-attachments", "What does it cost to attach files of several megabytes, and to read them back, whole or in part?", true, static (target, settings) => new LargeAttachments(target, settings))
        {
            Defaults = new ScenarioSettings { Size = 4 << 20, Items = 8 },
        },
        new("chat", "Rooms to which many write: what do a message and the newest of a room cost, and how soon have all a message?", true, static (target, settings) => new Chat(target, settings))
        {
            Feed = FeedUse.Documents,
            Defaults = new ScenarioSettings { Size = 512, Items = 50 },
            LeastWorkers = 2,
        },
        new("workspace", "Boards of a few devices each: bursts of edits, lists, files now and then, and devices that go offline and come back.", true, static (target, settings) => new Workspace(target, settings))
        {
            Feed = FeedUse.Documents,
            Defaults = new ScenarioSettings { Size = 2048 },
        },
        new("game", "A small state that many change at once: what does a move cost, and how many moves are overwritten?", true, static (target, settings) => new Game(target, settings))
        {
            Feed = FeedUse.Documents,
            Defaults = new ScenarioSettings { Size = 256, Items = 8 },
        },
        new("raw-put", "How many puts of one size does the store take, and how fast? Nothing of the engine.", false, static (target, settings) => new RawPut(target, settings)) { Feed = FeedUse.Sizes, ReadsBackPart = true },
        new("raw-get", "How many gets of one size does it answer, and are they whole?", false, static (target, settings) => new RawGet(target, settings)) { Feed = FeedUse.Sizes },
        new("raw-list", "What does it cost to list so many objects, and are all there?", false, static (target, settings) => new RawList(target, settings)),
        new("raw-conditional-put", "What does a put under a condition cost, and does each one count exactly once?", false, static (target, settings) => new RawConditionalPut(target, settings)),
    ];

    /// <summary>The scenario of a name; null when there is none.</summary>
    public static ScenarioEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}
