using System.Text.Json;
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
}
