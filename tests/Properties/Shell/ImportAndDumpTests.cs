using System.Text;
using System.Text.Json;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class ImportAndDumpTests
{
    public static TheoryData<string> Names => FixtureFiles.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dump_of_a_database_of_the_reference_engine_is_what_that_engine_says(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        using JsonDocument expected = FixtureFiles.Find(name).OpenExpected();
        JsonElement[] all = [.. expected.RootElement.GetProperty("docs").EnumerateArray().Select(static row => row.GetProperty("doc"))];

        Check(all, await folder.DbAsync("dump", ["--deleted"]));
        Check([.. all.Where(static document => !document.TryGetProperty("_deleted", out _))], await folder.DbAsync("dump"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_a_dump_printed_and_an_import_took_is_dumped_again_to_the_letter(string name)
    {
        using ShellFolder from = ShellFolder.Of(name);
        ShellResult dump = await from.DbAsync("dump");
        string lines = string.Concat(dump.Lines.Select(static line => $"{{\"put\":{line}}}\n"));

        using ShellFolder to = new();
        ShellResult import = await to.DbAsync("import", lines);
        Assert.True(import.Exit == 0, import.Error);
        Assert.Equal(dump.Output, (await to.DbAsync("dump")).Output);
    }

    [Fact]
    public async Task Every_kind_of_transaction_is_applied_in_order_and_the_heads_are_printed()
    {
        using ShellFolder folder = new();
        ShellResult import = await folder.DbAsync(
            "import", "\uFEFF{\"put\":{\"_id\":\"a\",\"n\":1}}\r\n\n {\"bulk\":[{\"_id\":\"b\"},{\"_id\":\"c\",\"x\":{\"/\":{\"bytes\":\"AQI\"}}}]}\n{\"del\":\"b\"}\n{\"compact\":true}\n{\"put\":{\"_id\":\"a\",\"n\":2}}");
        Assert.True(import.Exit == 0, import.Error);
        Assert.Matches("^\\{\"heads\":\\[\"bafy[a-z2-7]{55}\"\\]\\}\n$", import.Output);
        Assert.Equal("{\"_id\":\"a\",\"n\":2}\n{\"_id\":\"c\",\"x\":{\"/\":{\"bytes\":\"AQI\"}}}\n", (await folder.DbAsync("dump")).Output);
        Assert.Equal("{\"_deleted\":true,\"_id\":\"b\"}", (await folder.DbAsync("dump", ["--deleted"])).Lines[1]);
        Assert.Equal(import.Heads, (await folder.DbAsync("snapshot")).Heads);
    }

    [Fact]
    public async Task An_import_reads_a_file_as_it_reads_standard_input()
    {
        using ShellFolder folder = new();
        await File.WriteAllTextAsync(folder.At("lines.jsonl"), "{\"put\":{\"_id\":\"a\"}}\n");
        Assert.Equal(0, (await folder.DbAsync("import", [folder.At("lines.jsonl")])).Exit);
        Assert.Equal(0, (await folder.DbAsync("import", "{\"put\":{\"_id\":\"b\"}}", "-")).Exit);
        Assert.Equal(["{\"_id\":\"a\"}", "{\"_id\":\"b\"}"], (await folder.DbAsync("dump")).Lines);
    }

    [Fact]
    public async Task An_import_of_nothing_begins_the_database_and_has_no_heads()
    {
        using ShellFolder folder = new();
        ShellResult import = await folder.DbAsync("import");
        Assert.Equal((0, "{\"heads\":[]}\n"), (import.Exit, import.Output));
        Assert.Equal((0, ""), await ExitAndOutputAsync(folder, "dump"));
        Assert.Equal("{\"heads\":[]}\n", (await folder.DbAsync("snapshot")).Output);
    }

    [Theory]
    [InlineData("not JSON", "put")]
    [InlineData("not JSON", "{\"put\":{\"_id\":\"x\"}")]
    [InlineData("not one transaction", "[]")]
    [InlineData("not one transaction", "{\"put\":{},\"del\":\"a\"}")]
    [InlineData("nobody knows 'upsert'", "{\"upsert\":{}}")]
    [InlineData("JSON Array", "{\"put\":[]}")]
    [InlineData("JSON False", "{\"compact\":false}")]
    [InlineData("JSON Number", "{\"del\":1}")]
    [InlineData("there is none to put", "{\"bulk\":[]}")]
    [InlineData("_id is not allowed", "{\"put\":{\"_id\":\"ü\"}}")]
    [InlineData("_id is not allowed", "{\"del\":\"\"}")]
    [InlineData("stands twice", "{\"put\":{\"_id\":\"x\",\"a\":1,\"a\":2}}")]
    [InlineData("out of range", "{\"bulk\":[{\"_id\":\"x\"},{\"_id\":\"y\",\"n\":1e999}]}")]
    [InlineData("no character", "{\"del\":\"\\ud800\"}")]
    public async Task A_refused_line_stops_the_import_with_its_number_and_the_lines_before_it_stay(string why, string line)
    {
        using ShellFolder folder = new();
        ShellResult import = await folder.DbAsync("import", $"{{\"put\":{{\"_id\":\"before\"}}}}\n\n{line}\n{{\"put\":{{\"_id\":\"after\"}}}}\n");
        Assert.Equal((2, ""), (import.Exit, import.Output));
        Assert.StartsWith("fireproofbench: db import: line 3 was refused: ", import.Error, StringComparison.Ordinal);
        Assert.Contains(why, import.Error, StringComparison.Ordinal);
        Assert.Contains("The transaction before it stays", import.Error, StringComparison.Ordinal);
        Assert.Single(import.Error.Trim().Split('\n'));
        Assert.Equal(["{\"_id\":\"before\"}"], (await folder.DbAsync("dump")).Lines);
    }

    [Fact]
    public async Task A_document_may_nest_as_deep_in_a_line_as_it_may_alone()
    {
        // The limit counts the document's own map: 255 lists inside it.
        string deep = $"{{\"_id\":\"d\",\"l\":{new string('[', 250)}{new string(']', 250)}}}";
        using ShellFolder folder = new();
        Assert.Equal(0, (await folder.DbAsync("import", $"{{\"put\":{deep}}}\n{{\"bulk\":[{deep},{{\"_id\":\"e\"}}]}}")).Exit);
        Assert.Equal(deep, (await folder.DbAsync("get", ["d"])).Output.TrimEnd());
        Assert.Equal(2, (await folder.DbAsync("import", $"{{\"put\":{{\"_id\":\"f\",\"l\":{new string('[', 400)}{new string(']', 400)}}}}}")).Exit);
    }

    [Fact]
    public async Task An_interrupted_import_exits_with_130_and_keeps_what_was_acknowledged()
    {
        using ShellFolder folder = new();
        using CancellationTokenSource interrupt = new();
        await using EndlessLines lines = new(interrupt);
        ShellResult import = await ShellFolder.RunAsync(lines, interrupt.Token, ["db", "import", folder.Store, .. folder.Access()]);
        Assert.Equal((130, ""), (import.Exit, import.Output));
        Assert.Contains("interrupted", import.Error, StringComparison.Ordinal);
        Assert.Contains("{\"_id\":\"0\"}", (await folder.DbAsync("dump")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);
    }

    private static async Task<(int, string)> ExitAndOutputAsync(ShellFolder folder, string verb)
    {
        ShellResult result = await folder.DbAsync(verb);
        return (result.Exit, result.Output);
    }

    private static void Check(JsonElement[] expected, ShellResult dump)
    {
        Assert.True(dump.Exit == 0, dump.Error);
        Assert.Equal(expected.Length, dump.Lines.Count);
        foreach ((JsonElement wanted, string line) in expected.Zip(dump.Lines))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.Null(ExpectedJson.Difference(wanted, document.RootElement, line));
            CheckOrder(document.RootElement);
        }
    }

    // DAG-JSON: the keys of every map in the order of their UTF-8 bytes.
    private static void CheckOrder(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            byte[][] keys = [.. value.EnumerateObject().Select(static field => Encoding.UTF8.GetBytes(field.Name))];
            Assert.All(keys.Zip(keys.Skip(1)), static pair => Assert.True(pair.First.AsSpan().SequenceCompareTo(pair.Second) < 0));
        }

        IEnumerable<JsonElement> inner = value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Select(static field => field.Value),
            JsonValueKind.Array => value.EnumerateArray(),
            _ => [],
        };
        foreach (JsonElement item in inner)
            CheckOrder(item);
    }

    /// <summary>Transactions without an end; the interruption comes after the third.</summary>
    private sealed class EndlessLines(CancellationTokenSource interrupt) : MemoryStream
    {
        private int _line;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_line == 3)
                await interrupt.CancelAsync();
            return Encoding.UTF8.GetBytes($"{{\"put\":{{\"_id\":\"{_line++}\"}}}}\n", buffer.Span);
        }
    }
}
