using System.Text.Json;
using FireproofBench.Properties.Documents;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class FileVerbTests
{
    // 11b: files whose bytes happen to be CBOR; the reference engine cannot read them, though they are stored well.
    [Theory]
    [InlineData("11-attachments")]
    [InlineData("11b-attachment-cbor-quirk")]
    [InlineData("13-unencrypted")]
    public async Task Every_attached_file_of_a_fixture_comes_out_as_it_went_in(string name)
    {
        using ShellFolder folder = ShellFolder.Of(name);
        using JsonDocument expected = FixtureFiles.Find(name).OpenExpected();
        int found = 0;
        foreach (JsonElement row in expected.RootElement.GetProperty("docs").EnumerateArray().Where(static row => row.TryGetProperty("files", out _)))
        {
            foreach (JsonProperty file in row.GetProperty("files").EnumerateObject())
            {
                ShellResult result = await folder.DbAsync("get-file", [row.GetProperty("id").GetString()!, file.Name]);
                Assert.True(result.Exit == 0, result.Error);
                Assert.Equal(row.GetProperty("doc").GetProperty("_files").GetProperty(file.Name).GetProperty("size").GetInt32(), result.Bytes.Length);
                if (file.Value.TryGetProperty("b64", out JsonElement bytes))
                    Assert.Equal(bytes.GetString(), Convert.ToBase64String(result.Bytes));
                found++;
            }
        }

        Assert.True(found > 0);
    }

    [Fact]
    public async Task A_file_is_attached_beside_others_and_written_out_again()
    {
        using ShellFolder folder = new();
        await folder.DbAsync("put", "{\"_id\":\"n\",\"t\":1}");
        byte[] content = [.. Enumerable.Range(0, 3000).Select(static i => (byte)i)];
        string source = folder.At("photo.bin");
        await File.WriteAllBytesAsync(source, content);
        File.SetLastWriteTimeUtc(source, DateTime.UnixEpoch.AddMilliseconds(1_700_000_000_123));

        Assert.Equal(0, (await folder.DbAsync("attach-file", ["n", source])).Exit);
        ShellResult second = await folder.DbAsync("attach-file", ["n", source, "--as", "ü.png", "--type", "image/png"]);
        Assert.Equal("n", second.Json.GetProperty("id").GetString());

        JsonElement files = (await folder.DbAsync("get", ["n"])).Json.GetProperty("_files");
        Assert.Equal(["photo.bin", "ü.png"], files.EnumerateObject().Select(static file => file.Name));
        Assert.Equal(("application/octet-stream", "image/png"), (files.GetProperty("photo.bin").GetProperty("type").GetString(), files.GetProperty("ü.png").GetProperty("type").GetString()));
        Assert.Equal(1_700_000_000_123, files.GetProperty("photo.bin").GetProperty("lastModified").GetInt64());
        Assert.Equal(content, (await folder.DbAsync("get-file", ["n", "photo.bin"])).Bytes);
        ShellResult toFile = await folder.DbAsync("get-file", ["n", "ü.png", "--output", folder.At("out.bin")]);
        Assert.Equal((0, ""), (toFile.Exit, toFile.Output));
        Assert.Equal(content, await File.ReadAllBytesAsync(folder.At("out.bin")));
        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_leaves_no_file_behind()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        await File.WriteAllTextAsync(folder.At("f.txt"), "x");
        foreach ((string why, string[] call) in ((string, string[])[])
        [
            ("no document 'nobody'", ["get-file", "nobody", "a.txt"]),
            ("has no file 'c.txt'; it has 'a.txt', 'b.bin'", ["get-file", "pic", "c.txt"]),
            ("no document 'nobody'", ["attach-file", "nobody", folder.At("f.txt")]),
            ("no file 'missing.txt'", ["attach-file", "pic", folder.At("missing.txt")]),
            ("no-such-folder", ["get-file", "pic", "a.txt", "-o", folder.At("no-such-folder", "out")]),
        ])
        {
            ShellResult result = await folder.DbAsync(call[0], call[1..]);
            Assert.Equal((2, ""), (result.Exit, result.Output));
            Assert.Contains(why, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_whose_bytes_were_changed_is_not_given_out()
    {
        using ShellFolder folder = ShellFolder.Of("11-attachments");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).Where(static file => !Path.HasExtension(file) && !file.EndsWith("version", StringComparison.Ordinal)))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        ShellResult result = await folder.DbAsync("get-file", ["pic", "a.txt"]);
        Assert.Equal((2, ""), (result.Exit, result.Output));
        Assert.Contains("authentication tag", result.Error, StringComparison.Ordinal);
        Assert.Contains("corrupt-file data/", (await folder.DbAsync("verify")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((9 << 20) + 77)]
    public async Task A_file_of_any_length_goes_through_in_pieces_and_parts_of_it_come_out(int length)
    {
        using ShellFolder folder = new();
        await folder.DbAsync("put", "{\"_id\":\"n\"}");
        byte[] content = LargeFile.Bytes(length);
        string source = folder.At("film.mp4");
        await File.WriteAllBytesAsync(source, content, TestContext.Current.CancellationToken);
        ShellResult attached = await folder.DbAsync("attach-file", ["n", source]);
        Assert.True(attached.Exit == 0, attached.Error);
        Assert.Equal(content, (await folder.DbAsync("get-file", ["n", "film.mp4"])).Bytes);
        foreach ((string range, int from, int to) in ((string, int, int)[])[("0-0", 0, 1), ("10-99", 10, 100), ($"{length - 5}-", length - 5, length), ($"{length - 5}-{long.MaxValue}", length - 5, length), ("0-", 0, length)])
            Assert.Equal(content[from..to], (await folder.DbAsync("get-file", ["n", "film.mp4", "--range", range])).Bytes);
        foreach (string range in (string[])["5", "-5", "5-4", "a-b", "1-2-3", $"{length}-", "99999999999999999999-"])
        {
            ShellResult refused = await folder.DbAsync("get-file", ["n", "film.mp4", "--output", folder.At("out"), $"--range={range}"]);
            Assert.Equal((2, ""), (refused.Exit, refused.Output));
            Assert.Contains("--range", refused.Error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(folder.At("out")));
        Assert.Equal(0, (await folder.DbAsync("get-file", ["n", "film.mp4", "--output", folder.At("out"), "--range", "3-"])).Exit);
        Assert.Equal(content[3..], await File.ReadAllBytesAsync(folder.At("out"), TestContext.Current.CancellationToken));
        Assert.Equal(0, (await folder.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task A_file_that_lacks_a_piece_replaces_no_other_file()
    {
        using ShellFolder folder = new();
        await folder.DbAsync("put", "{\"_id\":\"n\"}");
        string source = folder.At("film.mp4");
        await File.WriteAllBytesAsync(source, LargeFile.Bytes(9 << 20), TestContext.Current.CancellationToken);
        await folder.DbAsync("attach-file", ["n", source]);
        File.Delete(Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).First(static file => !Path.HasExtension(file) && new FileInfo(file).Length > 1 << 20));
        await File.WriteAllTextAsync(folder.At("out"), "mine", TestContext.Current.CancellationToken);
        string[] before = Directory.GetFiles(folder.At());
        ShellResult lost = await folder.DbAsync("get-file", ["n", "film.mp4", "--output", folder.At("out")]);
        Assert.Equal((2, ""), (lost.Exit, lost.Output));
        Assert.Contains("'film.mp4'", lost.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.At("out"), TestContext.Current.CancellationToken));
        Assert.Equal(before, Directory.GetFiles(folder.At()));
        Assert.Equal(1, (await folder.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task With_a_cache_what_was_read_once_is_read_from_this_machine()
    {
        using ShellFolder folder = new();
        await folder.DbAsync("put", "{\"_id\":\"n\"}");
        byte[] content = LargeFile.Bytes(9 << 20);
        string source = folder.At("film.mp4");
        await File.WriteAllBytesAsync(source, content, TestContext.Current.CancellationToken);
        await folder.DbAsync("attach-file", ["n", source]);
        string[] cached = ["n", "film.mp4", "--cache", folder.At("cache")];
        Assert.Equal(content, (await folder.DbAsync("get-file", cached)).Bytes);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder.Database, "data")).Where(static file => !Path.HasExtension(file) && !file.EndsWith("version", StringComparison.Ordinal)))
            File.Delete(file);
        Assert.Equal(content, (await folder.DbAsync("get-file", cached)).Bytes);
        Assert.Equal(2, (await folder.DbAsync("get-file", ["n", "film.mp4"])).Exit);
        Assert.Equal(1, (await folder.DbAsync("verify", ["--cache", folder.At("cache")])).Exit);
        Assert.Contains("--cache", (await folder.DbAsync("get-file", ["n", "film.mp4", "--cache-size", "5"])).Error, StringComparison.Ordinal);
    }
}
