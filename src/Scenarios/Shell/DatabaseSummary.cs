using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Scenarios.Shell;

/// <summary>A database in figures.</summary>
/// <param name="Heads">The heads of the clock.</param>
/// <param name="Root">The root of the pail; not defined for an empty database.</param>
/// <param name="Tiers">The groups of the log, newest first: how many files each has, and how many bytes.</param>
/// <param name="Files">All data files: of the log, replaced ones, attachments.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Attachments">The files with attachments among them.</param>
internal sealed record DatabaseSummary(ImmutableArray<Cid> Heads, Cid Root, ImmutableArray<(int Files, long Bytes)> Tiers, long Files, long Bytes, long Attachments)
{
    private const string Folder = "data/";
    private const string Suffix = ".car";
    /// <summary>Counts; one listing of the files, and no file is read but those that the heads need.</summary>
    public static async Task<DatabaseSummary> ReadAsync(Database database, IDataGateway data, CancellationToken cancellation)
    {
        Dictionary<string, int> groups = new(StringComparer.Ordinal);
        ImmutableArray<CarGroup> log = database.Log;
        for (int i = 0; i < log.Length; i++)
        {
            foreach (Cid car in log[i].Cars)
                groups[$"{Folder}{car}{Suffix}"] = i;
        }

        long[] sizes = new long[log.Length];
        long files = 0;
        long bytes = 0;
        long attachments = 0;
        await foreach (ObjectInfo file in data.ListAllAsync(Folder, cancellation))
        {
            bool isCar = file.Key.EndsWith(Suffix, StringComparison.Ordinal);
            if (!isCar && !Cid.TryParse(file.Key.AsSpan(Folder.Length), out _))
                continue;
            files++;
            bytes += file.Length;
            attachments += isCar ? 0 : 1;
            if (groups.TryGetValue(file.Key, out int group))
                sizes[group] += file.Length;
        }

        return new DatabaseSummary(
            database.Heads, await database.GetRootAsync(cancellation), [.. log.Select((group, i) => (group.Cars.Length, sizes[i]))], files, bytes, attachments);
    }
}
