using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Shell;

public sealed class DocumentVerbTests
{
    private static readonly string[] s_reading = ["dump", "snapshot", "info", "verify", "log", "changes"];
    private static readonly string[] s_needing = ["compact"];

    [Fact]
    public async Task A_document_is_put_got_and_deleted()
    {
        using ShellFolder folder = new();
        ShellResult put = await folder.DbAsync("put", "{\"_id\":\"@a -x\",\n \"z\":1,\"b\":[1.5,18446744073709551615]}");
        Assert.True(put.Exit == 0, put.Error);
        Assert.Equal("@a -x", put.Json.GetProperty("id").GetString());
        Assert.Equal("{\"_id\":\"@a -x\",\"b\":[1.5,18446744073709551615],\"z\":1}\n", (await folder.DbAsync("get", ["@a -x"])).Output);
        ShellResult deleted = await folder.DbAsync("del", ["@a -x"]);
        Assert.Equal(0, deleted.Exit);
        Assert.NotEqual(put.Heads, deleted.Heads);
        ShellResult gone = await folder.DbAsync("get", ["@a -x"]);
        Assert.Equal((2, ""), (gone.Exit, gone.Output));
        Assert.Contains("no document '@a -x'", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_without_an_id_gets_one_and_one_behind_a_double_dash_may_start_with_a_dash()
    {
        using ShellFolder folder = new();
        string id = (await folder.DbAsync("put", "{\"v\":1}")).Json.GetProperty("id").GetString()!;
        Assert.Equal($"{{\"_id\":\"{id}\",\"v\":1}}", (await folder.DbAsync("get", [id])).Lines.Single());
        await folder.DbAsync("put", "{\"_id\":\"--help\"}");
        ShellResult dashed = await ShellFolder.RunAsync("", ["db", "get", .. folder.Access(), folder.Store, "--", "--help"]);
        Assert.Equal("{\"_id\":\"--help\"}\n", dashed.Output);
    }

    [Theory]
    [InlineData("not JSON", "")]
    [InlineData("not JSON", "{\"_id\":\"a\"} {}")]
    [InlineData("Array", "[]")]
    [InlineData("not allowed", "{\"_id\":\"\"}")]
    public async Task A_document_that_cannot_be_stored_is_refused_and_begins_no_database(string why, string document)
    {
        using ShellFolder folder = new();
        ShellResult put = await folder.DbAsync("put", document);
        Assert.Equal((2, ""), (put.Exit, put.Output));
        Assert.Contains(why, put.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(folder.Store) || Path.Exists(folder.KeyBag));
    }

    [Fact]
    public async Task Verbs_that_need_a_database_make_neither_folder_nor_key_where_there_is_none()
    {
        using ShellFolder folder = new();
        foreach (string[] call in s_reading.Concat(s_needing).Select(static verb => new[] { verb }).Concat([["get", "a"], ["get-file", "a", "f"], ["del", "a"], ["rollback", SomeHead], ["copy", folder.At("copy")]]))
        {
            ShellResult result = await folder.DbAsync(call[0], call[1..]);
            Assert.Equal((2, ""), (result.Exit, result.Output));
            Assert.Contains($"There is no database 'fx' at {folder.Store}", result.Error, StringComparison.Ordinal);
            Assert.Single(result.Error.Trim().Split('\n'));
            Assert.False(Path.Exists(folder.Store) || Path.Exists(folder.KeyBag) || Path.Exists(folder.At("copy")), call[0]);
        }
    }

    [Fact]
    public async Task Another_name_in_a_folder_of_databases_is_no_database()
    {
        using ShellFolder folder = ShellFolder.Of("02-one-doc");
        ShellResult result = await ShellFolder.RunAsync("", "db", "dump", folder.Store, "--name", "other", "--keybag", folder.KeyBag);
        Assert.Equal(2, result.Exit);
        Assert.False(Path.Exists(folder.At("db", "other")));
    }

    [Fact]
    public async Task Verbs_that_read_write_nothing_at_all_beside_a_database()
    {
        using ShellFolder folder = ShellFolder.Of("12-compacted");
        IReadOnlyList<string> before = FileHashes.Of(folder.At());
        foreach (string verb in s_reading)
            Assert.Equal(0, (await folder.DbAsync(verb)).Exit);
        Assert.Equal(before, FileHashes.Of(folder.At()));
        Assert.Empty(Directory.EnumerateDirectories(folder.At(), ".*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_database_whose_key_is_not_in_the_bag_is_refused_by_key_and_bag()
    {
        using ShellFolder folder = ShellFolder.Of("02-one-doc");
        foreach (string[] call in (string[][])[["dump"], ["verify"], ["get", "x"], ["put"], ["import"], ["compact"], ["copy", folder.At("copy")]])
        {
            ShellResult result = await ShellFolder.RunAsync("{\"_id\":\"x\"}", ["db", call[0], folder.Store, .. call[1..], "--name", "fx", "--keybag", folder.At("empty")]);
            Assert.Equal((2, ""), (result.Exit, result.Output));
            Assert.Contains("key '@fx-data@'", result.Error, StringComparison.Ordinal);
            Assert.Contains(folder.At("empty"), result.Error, StringComparison.Ordinal);
            Assert.False(Path.Exists(folder.At("empty")));
        }
    }

    [Fact]
    public async Task A_database_that_is_not_encrypted_needs_the_word_for_it_and_an_encrypted_one_refuses_it()
    {
        using ShellFolder plain = new();
        Assert.Equal(0, (await ShellFolder.RunAsync("{\"_id\":\"x\"}", "db", "put", plain.Store, "--name", "fx", "--insecure")).Exit);
        Assert.Equal("{\"_id\":\"x\"}\n", (await ShellFolder.RunAsync("", "db", "dump", plain.Store, "--name", "fx", "--insecure")).Output);
        ShellResult keyed = await ShellFolder.RunAsync("", "db", "dump", plain.Store, "--name", "fx", "--keybag", plain.KeyBag);
        Assert.Equal(2, keyed.Exit);
        Assert.Contains("--insecure", keyed.Error, StringComparison.Ordinal);

        using ShellFolder sealed1 = ShellFolder.Of("02-one-doc");
        Assert.Equal(2, (await ShellFolder.RunAsync("{}", "db", "put", sealed1.Store, "--name", "fx", "--insecure")).Exit);
        Assert.Equal(2, (await ShellFolder.RunAsync("{}", "db", "put", sealed1.Store, "--name", "fx", "--insecure", "--keybag", sealed1.KeyBag)).Exit);
        Assert.Equal(0, (await sealed1.DbAsync("verify")).Exit);
    }

    [Theory]
    [InlineData("--name", "db", "dump", "memory:")]
    [InlineData("Required argument 'URL' missing", "db", "dump", "--name", "x")]
    [InlineData("Required argument 'ID' missing", "db", "get", "memory:", "--name", "x")]
    [InlineData("no database", "db", "dump", "memory:", "--name", "x")]
    [InlineData("nosuch:", "db", "dump", "nosuch://x", "--name", "x")]
    [InlineData("there is no token", "db", "dump", "fpcloud+http://127.0.0.1:1/", "--name", "x")]
    [InlineData("sometimes", "db", "dump", "memory:", "--name", "x", "--durability", "sometimes")]
    [InlineData("'abc' is not a head", "db", "changes", "memory:", "--name", "x", "--since", "abc")]
    [InlineData("no head is given", "db", "changes", "memory:", "--name", "x", "--since", ",")]
    [InlineData("at least 1", "db", "log", "memory:", "--name", "x", "--limit", "0")]
    [InlineData("no file 'no-such-file'", "db", "import", "memory:", "no-such-file", "--name", "x")]
    [InlineData("'../x'", "db", "dump", "/tmp", "--name", "../x")]
    [InlineData("See 'fireproofbench db --help'", "db", "frob")]
    [InlineData("See 'fireproofbench db dump --help'", "db", "dump", "memory:", "--name", "x", "--frob")]
    public async Task What_cannot_run_exits_with_2_and_says_why(string why, params string[] arguments)
    {
        ShellResult result = await ShellFolder.RunAsync("", arguments);
        Assert.Equal((2, ""), (result.Exit, result.Output));
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_memory_lives_as_long_as_the_call()
    {
        ShellResult import = await ShellFolder.RunAsync("{\"put\":{\"_id\":\"a\"}}", "db", "import", "memory:", "--name", "x", "--insecure");
        Assert.True(import.Exit == 0, import.Error);
        Assert.StartsWith("{\"heads\":[\"bafy", import.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("dump")]
    [InlineData("copy")]
    [InlineData("get")]
    [InlineData("put")]
    [InlineData("del")]
    [InlineData("attach-file")]
    [InlineData("get-file")]
    [InlineData("changes")]
    [InlineData("log")]
    [InlineData("snapshot")]
    [InlineData("rollback")]
    [InlineData("compact")]
    [InlineData("info")]
    [InlineData("verify")]
    public async Task Help_of_each_verb_shows_examples_and_exit_codes(string verb)
    {
        ShellResult help = await ShellFolder.RunAsync("", "db", verb, "-h");
        Assert.Equal((0, ""), (help.Exit, help.Error));
        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
        Assert.Contains($"fireproofbench db {verb} ./data", help.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done", help.Output, StringComparison.Ordinal);
        Assert.Contains("--keybag", help.Output, StringComparison.Ordinal);
        Assert.Contains($"  {verb} ", (await ShellFolder.RunAsync("", "db", "--help")).Output, StringComparison.Ordinal);
    }

    private const string SomeHead = "bafyreiblui55o25dopc5faol3umsnuohb5carto7tot4kicnkfc37he4h4";
}
