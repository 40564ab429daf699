using System.Text.Json;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class HistoryVerbTests
{
    public static TheoryData<string> Names => FixtureFiles.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Changes_are_those_that_the_reference_engine_lists_with_what_stands(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        using JsonDocument expected = FixtureFiles.Find(name).OpenExpected();
        ShellResult result = await folder.DbAsync("changes");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Equal(expected.RootElement.GetProperty("heads").EnumerateArray().Select(static head => head.GetString()), result.Heads.Split(',', StringSplitOptions.RemoveEmptyEntries));
        if (!expected.RootElement.TryGetProperty("changes", out JsonElement changes))
            return;
        Dictionary<string, JsonElement> standing = expected.RootElement.GetProperty("docs").EnumerateArray().ToDictionary(static row => row.GetProperty("id").GetString()!, static row => row.GetProperty("doc"));
        JsonElement[] lines = [.. result.Lines.SkipLast(1).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.Equal(changes.EnumerateArray().Select(static change => change.GetProperty("key").GetString()), lines.Select(static line => line.GetProperty("id").GetString()));
        foreach ((JsonElement wanted, JsonElement line) in changes.EnumerateArray().Zip(lines))
        {
            JsonElement document = standing[line.GetProperty("id").GetString()!];
            Assert.Equal(document.TryGetProperty("_deleted", out _), line.GetProperty("doc").TryGetProperty("_deleted", out _));

            // Where two were written side by side that engine may list the one that does not stand.
            if (JsonElement.DeepEquals(wanted.GetProperty("value"), document))
                Assert.Equal(wanted.GetProperty("clock").GetString(), line.GetProperty("event").GetString());
        }
    }

    [Fact]
    public async Task Changes_since_former_heads_are_the_later_ones_only()
    {
        using ShellFolder folder = new();
        IReadOnlyList<string> heads = await folder.BeginAsync();
        ShellResult changes = await folder.DbAsync("changes", ["--since", heads[1]]);
        Assert.Equal($"{{\"doc\":{{\"_deleted\":true,\"_id\":\"b\"}},\"event\":\"{heads[2]}\",\"id\":\"b\"}}", changes.Lines[0]);
        Assert.Equal($"{{\"heads\":[\"{heads[2]}\"]}}", changes.Lines[1]);
        Assert.Equal($"{{\"heads\":[\"{heads[2]}\"]}}", (await folder.DbAsync("changes", ["--since", heads[2]])).Lines.Single());
        Assert.Equal(2, (await folder.DbAsync("changes", ["--limit", "1"])).Lines.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_log_has_every_event_before_its_parents_and_ends_at_the_first(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        ShellResult log = await folder.DbAsync("log");
        Assert.True(log.Exit == 0, log.Error);
        HashSet<string> seen = [];
        foreach (JsonElement line in log.Lines.Select(static line => JsonSerializer.Deserialize<JsonElement>(line)))
        {
            Assert.DoesNotContain(line.GetProperty("parents").EnumerateArray(), parent => seen.Contains(parent.GetString()!));
            Assert.True(seen.Add(line.GetProperty("event").GetString()!));
            Assert.NotEmpty(line.GetProperty("keys").EnumerateArray());
        }

        if (log.Lines.Count > 0)
            Assert.Empty(log.Json.GetProperty("parents").EnumerateArray());
        Assert.Contains($" {log.Lines.Count} events", (await folder.DbAsync("verify")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_names_the_keys_of_each_commit()
    {
        using ShellFolder folder = new();
        IReadOnlyList<string> heads = await folder.BeginAsync();
        ShellResult log = await folder.DbAsync("log", ["--limit", "2"]);
        Assert.Equal(
            [$"{{\"event\":\"{heads[2]}\",\"keys\":[\"b\"],\"parents\":[\"{heads[1]}\"]}}", $"{{\"event\":\"{heads[1]}\",\"keys\":[\"a\",\"b\"],\"parents\":[\"{heads[0]}\"]}}"],
            log.Lines);
    }

    [Fact]
    public async Task A_dump_at_former_heads_is_what_was_there_then_and_a_rollback_brings_it_back()
    {
        using ShellFolder folder = new();
        IReadOnlyList<string> heads = await folder.BeginAsync();
        Assert.Equal(["{\"_id\":\"a\",\"v\":1}"], (await folder.DbAsync("dump", ["--at", heads[0]])).Lines);
        Assert.Equal(["{\"_id\":\"a\",\"v\":2}", "{\"_id\":\"b\",\"t\":\"é\"}"], (await folder.DbAsync("dump", ["--at", heads[1]])).Lines);
        Assert.Equal(["{\"_id\":\"a\",\"v\":2}", "{\"_deleted\":true,\"_id\":\"b\"}"], (await folder.DbAsync("dump", ["--at", heads[2], "--deleted"])).Lines);

        ShellResult rollback = await folder.DbAsync("rollback", [heads[0]]);
        Assert.Equal(1, rollback.Json.GetProperty("changed").GetInt32());
        Assert.DoesNotContain(rollback.Heads, heads);
        Assert.Equal(["{\"_id\":\"a\",\"v\":1}"], (await folder.DbAsync("dump")).Lines);
        Assert.Equal(0, (await folder.DbAsync("rollback", [rollback.Heads])).Json.GetProperty("changed").GetInt32());
        Assert.Equal(["{\"_id\":\"a\",\"v\":2}", "{\"_id\":\"b\",\"t\":\"é\"}"], (await folder.DbAsync("dump", ["--at", heads[1]])).Lines);
    }

    [Fact]
    public async Task Compaction_keeps_documents_and_heads_and_ends_what_was_before()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        ShellResult dump = await folder.DbAsync("dump");
        ShellResult snapshot = await folder.DbAsync("snapshot");
        string former = (await folder.DbAsync("log", ["--limit", "2"])).Json.GetProperty("event").GetString()!;
        await folder.DbAsync("put", "{\"_id\":\"more\"}");
        for (int i = 0; i < 2; i++)
        {
            await folder.DbAsync("put", $"{{\"_id\":\"more\",\"i\":{i}}}");
            ShellResult compact = await folder.DbAsync("compact");
            Assert.True(compact.Exit == 0, compact.Error);
            Assert.Equal(1, compact.Json.GetProperty("log").GetInt32());
            Assert.NotEqual(snapshot.Heads, compact.Heads);
        }

        await folder.DbAsync("del", ["more"]);
        Assert.Equal(dump.Output, (await folder.DbAsync("dump")).Output);
        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);

        ShellResult lost = await folder.DbAsync("rollback", [former]);
        Assert.Equal((2, ""), (lost.Exit, lost.Output));
        Assert.Contains("compacted away", lost.Error, StringComparison.Ordinal);
        Assert.Equal(dump.Output, (await folder.DbAsync("dump")).Output);
    }

    [Fact]
    public async Task A_snapshot_that_is_kept_can_be_dumped_listed_gone_back_to_and_given_up()
    {
        using ShellFolder folder = new();
        IReadOnlyList<string> heads = await folder.BeginAsync();
        Assert.Equal(heads[1], (await folder.DbAsync("snapshot", ["both", "--of", heads[1]])).Heads);
        Assert.Equal(heads[2], (await folder.DbAsync("snapshot", ["now"])).Heads);
        for (int i = 0; i < 3; i++)
        {
            await folder.DbAsync("put", $"{{\"_id\":\"a\",\"v\":{i + 3}}}");
            await folder.DbAsync("compact");
        }

        Assert.Equal(["{\"_id\":\"a\",\"v\":2}", "{\"_id\":\"b\",\"t\":\"é\"}"], (await folder.DbAsync("dump", ["--at", "both"])).Lines);
        Assert.Equal(
            [$"{{\"heads\":[\"{heads[1]}\"],\"name\":\"both\"}}", $"{{\"heads\":[\"{heads[2]}\"],\"name\":\"now\"}}"],
            (await folder.DbAsync("snapshot", ["--list"])).Lines);
        Assert.Equal(2, (await folder.DbAsync("rollback", ["both"])).Json.GetProperty("changed").GetInt32());
        Assert.Equal(["{\"_id\":\"a\",\"v\":2}", "{\"_id\":\"b\",\"t\":\"é\"}"], (await folder.DbAsync("dump")).Lines);

        ShellResult copy = await folder.DbAsync("copy", [folder.At("copy")]);
        Assert.True(copy.Exit == 0, copy.Error);
        Assert.Equal(2, (await ShellFolder.RunAsync("", ["db", "snapshot", folder.At("copy"), "--list", .. folder.Access()])).Lines.Count);
        Assert.Equal(0, (await ShellFolder.RunAsync("", ["db", "verify", folder.At("copy"), .. folder.Access()])).Exit);

        Assert.Equal(0, (await folder.DbAsync("snapshot", ["--delete", "both"])).Exit);
        foreach (string[] call in (string[][])[["dump", "--at", "both"], ["snapshot", "--delete", "both"], ["snapshot", "a/b"], ["rollback", "a/b"], ["snapshot", "x", "--list"], ["snapshot", "--of", heads[0]]])
        {
            ShellResult refused = await folder.DbAsync(call[0], call[1..]);
            Assert.Equal((2, ""), (refused.Exit, refused.Output));
        }

        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task Changes_end_at_the_heads_that_are_named()
    {
        using ShellFolder folder = new();
        IReadOnlyList<string> heads = await folder.BeginAsync();
        IReadOnlyList<string> lines = (await folder.DbAsync("changes", ["--since", heads[0], "--until", heads[1]])).Lines;
        Assert.Equal($"{{\"heads\":[\"{heads[1]}\"]}}", lines[^1]);
        Assert.Equal(3, lines.Count);
        Assert.Contains("\"doc\":{\"_id\":\"b\",\"t\":\"é\"}", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_that_are_not_of_this_database_are_refused()
    {
        const string strange = "bafyreihh6nbfbhgkf5lz7hhsscjgiquw426rxzr3fprbgonekzmyvirrha";
        using ShellFolder folder = new();
        await folder.BeginAsync();
        foreach (string[] call in (string[][])[["dump", "--at", strange], ["rollback", strange], ["changes", "--since", strange]])
        {
            ShellResult result = await folder.DbAsync(call[0], call[1..]);
            Assert.Equal((2, ""), (result.Exit, result.Output));
            Assert.Contains("not of this database", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Information_counts_what_is_on_disk()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        ShellResult info = await folder.DbAsync("info", ["--json"]);
        using JsonDocument expected = FixtureFiles.Find("11-attachments").OpenExpected();
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).Where(static file => Path.GetFileName(file) != "version")];
        Assert.Equal(expected.RootElement.GetProperty("pailRoot").GetString(), info.Json.GetProperty("root").GetString());
        Assert.Equal(expected.RootElement.GetProperty("carLog").GetArrayLength(), info.Json.GetProperty("log").GetInt32());
        Assert.Equal(info.Json.GetProperty("log").GetInt32(), info.Json.GetProperty("tiers").GetArrayLength());
        Assert.Equal(files.Length, info.Json.GetProperty("files").GetInt32());
        Assert.Equal(files.Sum(static file => new FileInfo(file).Length), info.Json.GetProperty("bytes").GetInt64());
        Assert.Equal(files.Count(static file => !Path.HasExtension(file)), info.Json.GetProperty("attachments").GetInt32());
        ShellResult human = await folder.DbAsync("info");
        Assert.Contains($"head         {info.Heads}", human.Lines);
        Assert.Contains($"files        {files.Length}", human.Lines);
        using ShellFolder empty = ShellFolder.Of("01-empty");
        Assert.Equal(JsonValueKind.Null, (await empty.DbAsync("info", ["--json"])).Json.GetProperty("root").ValueKind);
    }
}
