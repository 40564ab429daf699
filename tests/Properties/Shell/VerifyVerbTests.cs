using System.Text.Json;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class VerifyVerbTests
{
    public static TheoryData<string> Names => FixtureFiles.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_database_of_the_reference_engine_is_sound(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        using JsonDocument expected = FixtureFiles.Find(name).OpenExpected();
        ShellResult verify = await folder.DbAsync("verify", ["--json"]);
        Assert.True(verify.Exit == 0, verify.Output + verify.Error);
        JsonElement report = verify.Json;
        Assert.True(report.GetProperty("sound").GetBoolean());
        JsonElement[] rows = [.. expected.RootElement.GetProperty("docs").EnumerateArray()];
        int deleted = rows.Count(static row => row.GetProperty("doc").TryGetProperty("_deleted", out _));
        Assert.Equal((rows.Length - deleted, deleted), (report.GetProperty("documents").GetInt32(), report.GetProperty("tombstones").GetInt32()));
        Assert.Equal(rows.Sum(static row => row.TryGetProperty("files", out JsonElement files) ? files.GetPropertyCount() : 0), report.GetProperty("attachments").GetInt32());
        if (expected.RootElement.TryGetProperty("pailRoot", out JsonElement root) && !expected.RootElement.TryGetProperty("jsReopenError", out _))
            Assert.Equal(root.GetString(), report.GetProperty("root").GetString());
    }

    // The automatic compaction of the reference engine can leave blocks behind in files that it replaced; its own next compaction would delete them.
    [Fact]
    public async Task What_a_compaction_of_the_reference_engine_left_behind_is_told_and_compacting_heals_it()
    {
        using ShellFolder folder = ShellFolder.Of("14b-autocompact-150-tx");
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(0, verify.Exit);
        Assert.Contains(verify.Lines, static line => line.StartsWith("only-in-replaced bafy", StringComparison.Ordinal));
        Assert.Contains(verify.Lines, static line => line.StartsWith("kept-for-grace data/", StringComparison.Ordinal));
        Assert.Equal(0, (await folder.DbAsync("compact")).Exit);
        ShellResult healed = await folder.DbAsync("verify");
        Assert.DoesNotContain("only-in-replaced", healed.Output, StringComparison.Ordinal);
        Assert.StartsWith("sound: ", healed.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_file_is_missing_and_so_is_what_was_only_in_it()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        string[] log = Log("03-hundred-docs");
        File.Delete(Car(folder, log[1]));
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        Assert.Contains($"missing-file data/{log[1]}.car: the log names it, and it is not there", verify.Lines);
        Assert.Contains(verify.Lines, static line => line.StartsWith("missing-block bafy", StringComparison.Ordinal));
        Assert.StartsWith("damaged: ", verify.Lines[^1], StringComparison.Ordinal);
        Assert.Empty(verify.Error);
    }

    [Fact]
    public async Task A_deleted_newest_file_is_told_although_the_database_does_not_open()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        string[] log = Log("03-hundred-docs");
        File.Delete(Car(folder, log[0]));
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        Assert.Contains(verify.Lines, static line => line.StartsWith("unopenable heads: ", StringComparison.Ordinal));
        Assert.Contains(verify.Lines, line => line.StartsWith($"missing-file data/{log[0]}.car", StringComparison.Ordinal));
        Assert.DoesNotContain("orphan", verify.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await folder.DbAsync("dump")).Exit);
    }

    [Theory]
    [InlineData(0, "not a sealed file")]
    [InlineData(10, "authentication tag")]
    [InlineData(200, "authentication tag")]
    [InlineData(-1, "which is not in the key bag")]
    public async Task A_flipped_bit_makes_a_file_corrupt(int at, string why)
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        string car = Log("03-hundred-docs")[5];
        byte[] bytes = await File.ReadAllBytesAsync(Car(folder, car));
        bytes[at < 0 ? bytes.Length + at : at] ^= 16;
        await File.WriteAllBytesAsync(Car(folder, car), bytes);
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        string line = Assert.Single(verify.Lines, static line => line.StartsWith("corrupt-file", StringComparison.Ordinal));
        Assert.StartsWith($"corrupt-file data/{car}.car: ", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_in_a_file_that_is_not_encrypted_is_found_by_its_name()
    {
        using ShellFolder folder = ShellFolder.Of("13-unencrypted");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).Where(static file => Path.GetFileName(file) != "version").ToList())
        {
            byte[] good = await File.ReadAllBytesAsync(file);
            byte[] bad = [.. good];
            bad[^1] ^= 1;
            await File.WriteAllBytesAsync(file, bad);
            ShellResult verify = await folder.DbAsync("verify");
            Assert.Equal(1, verify.Exit);
            Assert.Contains(verify.Lines, line => line.StartsWith($"corrupt-file data/{Path.GetFileName(file)}: ", StringComparison.Ordinal));
            await File.WriteAllBytesAsync(file, good);
        }

        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task A_file_that_is_another_files_content_is_corrupt()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        string[] log = Log("03-hundred-docs");
        File.Copy(Car(folder, log[3]), Car(folder, log[4]), overwrite: true);
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        Assert.Contains(verify.Lines, line => line.StartsWith($"corrupt-file data/{log[4]}.car: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orphans_and_foreign_files_are_listed_and_are_no_damage()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        await folder.DbAsync("put", "{\"_id\":\"x\"}");
        string meta = Path.Combine(folder.Database, "meta", "main.json");
        string former = await File.ReadAllTextAsync(meta);
        await folder.DbAsync("put", "{\"_id\":\"lost\"}");
        await File.WriteAllTextAsync(meta, former);
        await File.WriteAllTextAsync(Path.Combine(folder.Database, "data", "notes.txt"), "hello");
        await File.WriteAllTextAsync(Path.Combine(folder.Database, "data", "notes.car"), "hello");
        await folder.DbAsync("del", ["pic"]);
        await folder.DbAsync("compact");

        // The deleted document is in replaced files as long as these are kept, and with it the name of its attachments.
        Assert.DoesNotContain("was attached", (await folder.DbAsync("verify")).Output, StringComparison.Ordinal);
        await folder.DbAsync("put", "{\"_id\":\"y\"}");
        await folder.DbAsync("compact");

        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(0, verify.Exit);
        Assert.Contains("foreign data/notes.txt: ", verify.Output, StringComparison.Ordinal);
        Assert.Contains("foreign data/notes.car: ", verify.Output, StringComparison.Ordinal);
        string[] orphans = [.. verify.Lines.Where(static line => line.StartsWith("orphan ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[1].TrimEnd(':'))];
        Assert.Contains(orphans, static key => key.EndsWith(".car", StringComparison.Ordinal));
        Assert.Contains(orphans, static key => !key.EndsWith(".car", StringComparison.Ordinal));
        Assert.All(orphans, key => Assert.True(File.Exists(Path.Combine(folder.Database, key))));
    }

    [Fact]
    public async Task A_missing_attachment_names_the_document_and_the_file()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).Where(static file => !Path.HasExtension(file) && Path.GetFileName(file) != "version").ToList())
            File.Delete(file);
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        Assert.Contains(verify.Lines, static line => line.StartsWith("missing-attachment data/baembei", StringComparison.Ordinal) && line.Contains("'a.txt' of the document 'pic'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public async Task A_truncated_file_of_heads_is_damage_and_the_data_files_are_checked_all_the_same(int length)
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        string meta = Path.Combine(folder.Database, "meta", "main.json");
        await using (FileStream file = File.OpenWrite(meta))
            file.SetLength(length);
        ShellResult verify = await folder.DbAsync("verify");
        Assert.Equal(1, verify.Exit);
        Assert.Contains(verify.Lines, line => line.StartsWith("unopenable heads: ", StringComparison.Ordinal) && line.Contains(meta, StringComparison.Ordinal));
        Assert.Contains($"{Log("03-hundred-docs").Length} files", verify.Lines[^1], StringComparison.Ordinal);
        ShellResult dump = await folder.DbAsync("dump");
        Assert.Equal(2, dump.Exit);
        Assert.Contains(meta, dump.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_engine_wrote_with_merges_between_is_sound()
    {
        using ShellFolder folder = new();
        string lines = string.Concat(Enumerable.Range(0, 150).Select(static i => $"{{\"put\":{{\"_id\":\"{i % 40}\",\"i\":{i}}}}}\n{(i % 50 == 49 ? "{\"compact\":true}\n" : "")}"));
        Assert.Equal(0, (await folder.DbAsync("import", lines)).Exit);
        ShellResult verify = await folder.DbAsync("verify");
        Assert.True(verify.Exit == 0, verify.Output);
        Assert.DoesNotContain("only-in-replaced", verify.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("orphan", verify.Output, StringComparison.Ordinal);
        Assert.Contains("151 events", verify.Output, StringComparison.Ordinal);
        Assert.Contains("40 documents", verify.Output, StringComparison.Ordinal);
    }

    private static string[] Log(string fixture)
    {
        using JsonDocument expected = FixtureFiles.Find(fixture).OpenExpected();
        return [.. expected.RootElement.GetProperty("carLog").EnumerateArray().Select(static group => group[0].GetString()!)];
    }

    private static string Car(ShellFolder folder, string car) => Path.Combine(folder.Database, "data", car + ".car");
}
