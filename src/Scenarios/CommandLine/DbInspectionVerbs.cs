using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Scenarios.Shell;
using Finding = FireproofBench.Engine.Inspection.Finding;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Below the documents: <c>info</c>, <c>verify</c>, <c>gc</c>.</summary>
internal sealed class DbInspectionVerbs(DbVerb verb)
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only tell what would be deleted." };
    private readonly Option<bool> _all = new("--replaced") { Description = "Delete also what the compactions of the log replaced, which readers with older heads may still need." };
    private readonly Option<TimeSpan> _age = new("--older-than")
    {
        Description = "Delete only files that were written at least so long ago: 90s, 30m, 12h, 7d.",
        HelpName = "AGE",
        DefaultValueFactory = static _ => new GarbageOptions().MinAge,
        CustomParser = static result => ReadAge(result),
    };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "info", "Prints heads, root, files and bytes, and the groups of the log.", [_json], InfoAsync, "fireproofbench db info ./data --name notes", "fireproofbench db info ./data --name notes --json"),
        verb.Create(
            "verify",
            "Reads every file and checks every content id and pointer; lists what is missing, corrupt, orphaned, or kept until the next compaction. Exit code 1 for damage; what is only left over is none.",
            [_json],
            VerifyAsync,
            "fireproofbench db verify ./data --name notes",
            "fireproofbench db verify ./data --name notes --json"),
        verb.Create(
            "gc",
            "Deletes CAR files that no head leads to: what crashes, compactions and synchronisations left. Nothing is deleted when a file that a head needs is missing.",
            [_age, _all, _dryRun, _json],
            CollectAsync,
            "fireproofbench db gc ./data --name notes --dry-run",
            "fireproofbench db gc s3://bucket/prefix --name notes --older-than 30d"),
    ];

    private async Task<int> InfoAsync(DbCall call)
    {
        IDeviceStore store = call.Place.OpenDevice();
        await using IDeviceStore _ = store;
        await using Database database = await call.Place.OpenAsync(store, OpenMode.ReadOnly, call.Cancellation);
        DatabaseSummary summary = await DatabaseSummary.ReadAsync(database, store.Data, call.Cancellation);
        if (call.Parsed.GetValue(_json))
            await call.WriteLineAsync(JsonLine.Of(json => Write(json, call.Place, summary)));
        else
            await WriteAsync(call, summary);
        return ExitCodes.Success;
    }

    private async Task<int> VerifyAsync(DbCall call)
    {
        await using IDeviceStore store = call.Place.OpenDevice();
        VerificationReport report = await DatabaseInspector.VerifyAsync(
            call.Place.Name,
            store,
            call.Place.OpenKeyBag(),
            progress => call.Progress.Tell(() => string.Create(CultureInfo.InvariantCulture, $"verify: {progress.Files:N0} of {progress.Total:N0} files, {progress.Bytes:N0} bytes")),
            call.Cancellation);
        call.Progress.Dispose();
        if (call.Parsed.GetValue(_json))
            await call.WriteLineAsync(JsonLine.Of(json => Write(json, report)));
        else
            await WriteAsync(call, report);
        return report.IsSound ? ExitCodes.Success : ExitCodes.Violation;
    }

    private async Task<int> CollectAsync(DbCall call)
    {
        await using IDeviceStore store = call.Place.OpenDevice();
        GarbageOptions options = new()
        {
            MinAge = call.Parsed.GetValue(_age),
            KeepReplaced = !call.Parsed.GetValue(_all),
            DryRun = call.Parsed.GetValue(_dryRun),
        };
        GarbageReport report = await DatabaseInspector.CollectGarbageAsync(
            call.Place.Name, store, call.Place.OpenKeyBag(), options, TimeProvider.System, call.Cancellation);
        if (call.Parsed.GetValue(_json))
        {
            await call.WriteLineAsync(JsonLine.Of(json =>
            {
                json.WriteNumber("bytes", report.Bytes);
                json.WriteStartArray("deleted");
                foreach (string key in report.Deleted)
                    json.WriteStringValue(key);
                json.WriteEndArray();
                json.WriteBoolean("dryRun", options.DryRun);
                json.WriteNumber("replaced", report.Replaced);
                json.WriteNumber("young", report.Young);
            }));
            return ExitCodes.Success;
        }

        foreach (string key in report.Deleted)
            await call.WriteLineAsync($"{(options.DryRun ? "would delete" : "deleted")} {key}");
        await call.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Deleted.Length:N0} files, {report.Bytes:N0} bytes {(options.DryRun ? "to delete" : "deleted")}; {report.Young:N0} too young, {report.Replaced:N0} kept for readers with older heads"));
        return ExitCodes.Success;
    }

    private static TimeSpan ReadAge(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (unit > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count * unit <= TimeSpan.MaxValue.TotalSeconds / 2)
            return TimeSpan.FromSeconds(count * unit);
        result.AddError($"--older-than: '{text}' is no age; write a number and s, m, h or d, as in 7d.");
        return default;
    }

    private static void Write(Utf8JsonWriter json, DatabasePlace place, DatabaseSummary summary)
    {
        json.WriteNumber("attachments", summary.Attachments);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteBoolean("encrypted", place.KeyBagFolder is not null);
        json.WriteNumber("files", summary.Files);
        JsonLine.WriteCids(json, "heads", summary.Heads);
        json.WriteNumber("log", summary.Tiers.Length);
        json.WriteString("name", place.Name);
        WriteRoot(json, summary.Root);
        json.WriteStartArray("tiers");
        foreach ((int files, long bytes) in summary.Tiers)
        {
            json.WriteStartObject();
            json.WriteNumber("bytes", bytes);
            json.WriteNumber("files", files);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("url", place.Url.ToString());
    }

    private static async Task WriteAsync(DbCall call, DatabaseSummary summary)
    {
        await call.WriteLineAsync($"name         {call.Place.Name}");
        await call.WriteLineAsync($"url          {call.Place.Url}");
        await call.WriteLineAsync($"encrypted    {(call.Place.KeyBagFolder is null ? "no" : "yes")}");
        foreach (Cid head in summary.Heads)
            await call.WriteLineAsync($"head         {head}");
        await call.WriteLineAsync($"root         {(summary.Root.IsDefined ? summary.Root.ToString() : "none: nothing was written yet")}");
        await call.WriteLineAsync($"files        {summary.Files}");
        await call.WriteLineAsync($"attachments  {summary.Attachments}");
        await call.WriteLineAsync($"bytes        {summary.Bytes}");
        await call.WriteLineAsync($"log          {summary.Tiers.Length}");
        foreach ((int files, long bytes) in summary.Tiers)
            await call.WriteLineAsync($"tier         {bytes} bytes in {files} {(files == 1 ? "file" : "files")}");
    }

    private static void Write(Utf8JsonWriter json, VerificationReport report)
    {
        json.WriteNumber("attachments", report.Attachments);
        json.WriteNumber("blocks", report.Blocks);
        json.WriteNumber("bytes", report.Bytes);
        json.WriteNumber("compactedAway", report.CompactedAway);
        json.WriteStartObject("counts");
        foreach ((FindingKind kind, int count) in report.Counts)
            json.WriteNumber(NameOf(kind), count);
        json.WriteEndObject();
        json.WriteNumber("documents", report.Documents);
        json.WriteNumber("events", report.Events);
        json.WriteNumber("files", report.Files);
        json.WriteStartArray("findings");
        foreach (Finding finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteBoolean("damage", finding.IsDamage);
            json.WriteString("kind", NameOf(finding.Kind));
            json.WriteString("reason", finding.Reason);
            json.WriteString("subject", finding.Subject);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonLine.WriteCids(json, "heads", report.Heads);
        json.WriteNumber("log", report.Groups);
        WriteRoot(json, report.Root);
        json.WriteNumber("shards", report.Shards);
        json.WriteBoolean("sound", report.IsSound);
        json.WriteNumber("tombstones", report.Tombstones);
    }

    private static async Task WriteAsync(DbCall call, VerificationReport report)
    {
        foreach (Finding finding in report.Findings)
            await call.WriteLineAsync($"{NameOf(finding.Kind)} {finding.Subject}: {finding.Reason}");
        foreach ((FindingKind kind, int count) in report.Counts.Where(static count => count.Value > VerificationReport.MaxListed))
            await call.WriteLineAsync($"{NameOf(kind)}: {count - VerificationReport.MaxListed} more");
        await call.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{(report.IsSound ? "sound" : "damaged")}: {report.Files} files, {report.Bytes} bytes, {report.Blocks} blocks; {report.Events} events, {report.Shards} shards, {report.Documents} documents, {report.Tombstones} tombstones, {report.Attachments} attached files"));
    }

    private static void WriteRoot(Utf8JsonWriter json, Cid root)
    {
        if (root.IsDefined)
            json.WriteString("root", root.ToString());
        else
            json.WriteNull("root");
    }

    private static string NameOf(FindingKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
