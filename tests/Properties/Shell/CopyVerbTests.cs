using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class CopyVerbTests
{
    public static TheoryData<string> Names => FixtureFiles.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_copy_has_the_same_documents_heads_and_data_files_byte_for_byte(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        ShellResult copy = await folder.DbAsync("copy", [folder.At("copy")]);
        Assert.True(copy.Exit == 0, copy.Error);
        Assert.Equal((await folder.DbAsync("snapshot")).Heads, copy.Heads);
        Assert.Equal(FilesOf(folder, "db"), FilesOf(folder, "copy"));
        Assert.Equal(FilesOf(folder, "db").Count(static file => file.Contains("/data/", StringComparison.Ordinal)) - 1, copy.Json.GetProperty("copied").GetInt32());
        Assert.Equal((await folder.DbAsync("dump", ["--deleted"])).Output, (await CopyAsync(folder, "dump", "--deleted")).Output);
        Assert.Equal((await folder.DbAsync("verify")).Output, (await CopyAsync(folder, "verify")).Output);
    }

    [Fact]
    public async Task A_copy_is_repeated_where_it_broke_off_and_damage_at_the_target_is_mended()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        await folder.DbAsync("copy", [folder.At("copy")]);
        File.Delete(folder.At("copy", "fx", "meta", "main.json"));
        string[] files = [.. Directory.EnumerateFiles(folder.At("copy", "fx", "data"), "*.car").Order(StringComparer.Ordinal)];
        File.Delete(files[0]);
        await File.WriteAllTextAsync(files[1], "not whole");
        ShellResult again = await folder.DbAsync("copy", [folder.At("copy")]);
        Assert.Equal((0, 2, files.Length - 2), (again.Exit, again.Json.GetProperty("copied").GetInt32(), again.Json.GetProperty("present").GetInt32()));
        Assert.Equal(FilesOf(folder, "db"), FilesOf(folder, "copy"));
        Assert.Equal(0, (await folder.DbAsync("copy", [folder.Store])).Json.GetProperty("copied").GetInt32());
    }

    [Fact]
    public async Task A_target_that_holds_anything_else_is_refused_and_left_as_it_is()
    {
        using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
        FixtureFiles.Find("02-one-doc").CopyPartTo("db", folder.At("copy"));
        IReadOnlyList<string> before = FileHashes.Of(folder.At("copy"));
        ShellResult refused = await folder.DbAsync("copy", [folder.At("copy")]);
        Assert.Equal((2, ""), (refused.Exit, refused.Output));
        Assert.Contains("holds a database with other heads", refused.Error, StringComparison.Ordinal);

        File.Delete(folder.At("copy", "fx", "meta", "main.json"));
        ShellResult headless = await folder.DbAsync("copy", [folder.At("copy")]);
        Assert.Equal(2, headless.Exit);
        Assert.Contains("which the source has not", headless.Error, StringComparison.Ordinal);
        Assert.Equal(before.Where(static file => !file.Contains("/main.json", StringComparison.Ordinal) || file.Contains("wal", StringComparison.Ordinal)), FileHashes.Of(folder.At("copy")));
    }

    [Fact]
    public async Task A_damaged_source_gives_no_database_at_the_target()
    {
        foreach (bool isMissing in (bool[])[true, false])
        {
            using ShellFolder folder = ShellFolder.Of("03-hundred-docs");
            string victim = await OldestAsync(folder);
            byte[] bytes = await File.ReadAllBytesAsync(victim);
            bytes[^100] ^= 4;
            await File.WriteAllBytesAsync(victim, bytes);
            if (isMissing)
                File.Delete(victim);
            ShellResult copy = await folder.DbAsync("copy", [folder.At("copy")]);
            Assert.Equal((2, ""), (copy.Exit, copy.Output));
            Assert.Contains(Path.GetFileName(victim), copy.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(folder.At("copy", "fx", "meta", "main.json")));
        }
    }

    [Fact]
    public async Task A_copy_to_the_memory_of_the_process_is_pointless_but_works()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        ShellResult copy = await folder.DbAsync("copy", ["memory:"]);
        Assert.True(copy.Exit == 0, copy.Error);
        Assert.Equal((await folder.DbAsync("snapshot")).Heads, copy.Heads);
    }

    private static async Task<string> OldestAsync(ShellFolder folder)
    {
        ShellResult info = await folder.DbAsync("info", ["--json"]);
        Assert.True(info.Json.GetProperty("log").GetInt32() > 1);
        using System.Text.Json.JsonDocument expected = FixtureFiles.Find("03-hundred-docs").OpenExpected();
        string car = expected.RootElement.GetProperty("carLog").EnumerateArray().Last()[0].GetString()!;
        return Path.Combine(folder.Database, "data", car + ".car");
    }

    private static Task<ShellResult> CopyAsync(ShellFolder folder, string verb, params string[] arguments) =>
        ShellFolder.RunAsync("", ["db", verb, folder.At("copy"), .. arguments, .. folder.Access()]);

    // The upload log belongs to its device and indexes are rebuilt: neither is copied.
    private static IReadOnlyList<string> FilesOf(ShellFolder folder, string part) =>
        [.. FileHashes.Of(folder.At(part)).Where(static file => file.StartsWith("fx/data/", StringComparison.Ordinal) || file.StartsWith("fx/meta/", StringComparison.Ordinal))];
}
