using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Shell;

/// <summary>The keys of a database on the command line: <c>share</c>, <c>join</c>, <c>rotate-key</c>.</summary>
public sealed class KeyVerbTests : IDisposable
{
    private const string Secret = "correct horse battery";

    private readonly ShellFolder _here = new();
    private readonly ShellFolder _there = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task A_second_device_joins_synchronises_and_reads()
    {
        await _here.BeginAsync();
        string remote = _here.At("remote");
        Assert.Equal(0, (await _here.DbAsync("sync", [remote])).Exit);
        ShellResult refused = await _there.DbAsync("sync", [remote]);
        Assert.Equal((2, ""), (refused.Exit, refused.Output));
        Assert.Contains("db join", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_there.KeyBag));

        // Nothing that left the device holds the key, in either form.
        _ = Base58.TryDecode(KeyOf(_here), out byte[] raw);
        foreach (byte[] file in Directory.EnumerateFiles(remote, "*", SearchOption.AllDirectories).Select(File.ReadAllBytes))
            Assert.True(file.AsSpan().IndexOf(raw) < 0 && file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(KeyOf(_here))) < 0);

        ShellResult invitation = await ShareAsync("--remote", remote);
        Assert.True(invitation.Exit == 0, invitation.Error);
        Assert.StartsWith("fireproof-invitation:1:", Assert.Single(invitation.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("fireproof-invitation", invitation.Error, StringComparison.Ordinal);

        // Neither line nor passphrase says whose database it is: the name comes out of the invitation.
        ShellResult joined = await JoinAsync(invitation.Output);
        Assert.True(joined.Exit == 0, joined.Error);
        Assert.Equal((1, Fixture.DatabaseName, remote), (joined.Json.GetProperty("added").GetInt32(), joined.Json.GetProperty("name").GetString(), joined.Json.GetProperty("remote").GetString()));
        Assert.Contains($"db sync {_there.Store} {remote} --name {Fixture.DatabaseName}", joined.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _there.DbAsync("sync", [remote])).Exit);
        Assert.Equal((await _here.DbAsync("dump")).Output, (await _there.DbAsync("dump")).Output);
        Assert.DoesNotContain(KeyOf(_here), joined.Output + joined.Error + invitation.Output + invitation.Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_there.KeyBag, "_fx_data_.json")));
    }

    [Fact]
    public async Task After_a_rotation_another_device_needs_a_new_invitation()
    {
        await _here.BeginAsync();
        string remote = _here.At("remote");
        await _here.DbAsync("sync", [remote]);
        await JoinAsync((await ShareAsync()).Output);
        Assert.Equal(0, (await _there.DbAsync("sync", [remote])).Exit);

        ShellResult rotated = await _here.DbAsync("rotate-key");
        Assert.True(rotated.Exit == 0, rotated.Error);
        Assert.Matches("""^\{"key":"z[1-9A-Za-z]+"\}$""", Assert.Single(rotated.Lines));
        Assert.Contains("new invitation", rotated.Error, StringComparison.Ordinal);
        await _here.DbAsync("import", """{"put":{"_id":"later"}}""");
        await _here.DbAsync("sync", [remote]);
        ShellResult refused = await _there.DbAsync("sync", [remote]);
        Assert.Equal(2, refused.Exit);
        Assert.Contains("is not in the key bag", refused.Error, StringComparison.Ordinal);

        ShellResult joined = await JoinAsync((await ShareAsync()).Output);
        Assert.Equal((1, 2), (joined.Json.GetProperty("added").GetInt32(), joined.Json.GetProperty("keys").GetInt32()));
        Assert.Equal(0, (await _there.DbAsync("sync", [remote])).Exit);
        Assert.Equal(0, (await _there.DbAsync("verify")).Exit);
        Assert.Equal((await _here.DbAsync("dump")).Output, (await _there.DbAsync("dump")).Output);
    }

    [Fact]
    public async Task A_wrong_passphrase_and_a_damaged_line_are_told_apart_and_change_nothing()
    {
        await _here.BeginAsync();
        string line = (await ShareAsync()).Output.Trim();
        foreach ((string text, string passphrase, string reason) in ((string, string, string)[])
        [
            (line, "incorrect horse battery", "the passphrase is wrong, or the invitation was changed"),
            (line[..^3], Secret, "damaged on its way"),
            ("hello", Secret, "no invitation"),
            ("", Secret, "no invitation"),
            (line + new string('A', 70_000), Secret, "65536 is the limit"),
        ])
        {
            ShellResult refused = await JoinAsync(text, passphrase);
            Assert.Equal((2, ""), (refused.Exit, refused.Output));
            Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(passphrase, refused.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_there.KeyBag));
        }
    }

    [Fact]
    public async Task A_database_here_under_another_key_is_refused()
    {
        await _here.BeginAsync();
        await _there.BeginAsync();
        string bag = Path.Combine(_there.KeyBag, "_fx_data_.json");
        File.Move(bag, _there.At("hidden"));
        ShellResult refused = await JoinAsync((await ShareAsync()).Output);
        Assert.Equal((2, ""), (refused.Exit, refused.Output));
        Assert.Contains("not in the key bag", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(bag));

        // With its own key there, both are kept, and its own goes on sealing.
        File.Move(_there.At("hidden"), bag);
        string own = KeyOf(_there);
        ShellResult joined = await JoinAsync((await ShareAsync()).Output);
        Assert.True(joined.Exit == 0, joined.Error);
        Assert.Equal(2, joined.Json.GetProperty("keys").GetInt32());
        Assert.Contains(own, await File.ReadAllTextAsync(bag, Token), StringComparison.Ordinal);
        Assert.Equal(0, (await _there.DbAsync("verify")).Exit);
    }

    [Fact]
    public async Task The_passphrase_is_asked_for_twice_taken_from_a_file_or_from_the_environment()
    {
        await _here.BeginAsync();
        Queue<string> answers = new([Secret, Secret, Secret, "something else"]);
        char[] Answer(string question) => answers.Dequeue().ToCharArray();
        string[] share = ["db", "share", _here.Store, .. _here.Access()];
        ShellResult asked = await ShellFolder.RunAsync(Stream.Null, Answer, Token, share);
        Assert.True(asked.Exit == 0, asked.Error);
        ShellResult differing = await ShellFolder.RunAsync(Stream.Null, Answer, Token, share);
        Assert.Equal((2, ""), (differing.Exit, differing.Output));
        Assert.Contains("differ", differing.Error, StringComparison.Ordinal);

        ShellResult nobody = await ShellFolder.RunAsync(Stream.Null, null, Token, share);
        Assert.Equal(2, nobody.Exit);
        Assert.Contains(Passphrase.Variable, nobody.Error, StringComparison.Ordinal);
        ShellResult unfound = await _here.DbAsync("share", ["--passphrase-file", _here.At("nowhere")]);
        Assert.Equal(2, unfound.Exit);
        Assert.Contains("cannot be read", unfound.Error, StringComparison.Ordinal);

        string file = _there.At("invitation");
        await File.WriteAllTextAsync(file, $"\n  {asked.Output}\nwhat follows does not count\n", Token);
        Environment.SetEnvironmentVariable(Passphrase.Variable, Secret);
        try
        {
            ShellResult joined = await ShellFolder.RunAsync("", "db", "join", _there.Store, "--invitation", file, "--keybag", _there.KeyBag);
            Assert.True(joined.Exit == 0, joined.Error);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Passphrase.Variable, null);
        }
    }

    [Fact]
    public async Task What_cannot_be_shared_or_joined_is_refused_with_a_reason()
    {
        ShellResult missing = await ShareAsync();
        Assert.Equal(2, missing.Exit);
        Assert.Contains("There is no database", missing.Error, StringComparison.Ordinal);
        await _here.BeginAsync();
        string shortFile = _here.At("short");
        await File.WriteAllTextAsync(shortFile, "short\r\n", Token);
        ShellResult weak = await _here.DbAsync("share", ["--passphrase-file", shortFile]);
        Assert.Equal((2, ""), (weak.Exit, weak.Output));
        Assert.Contains("shorter than 12", weak.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _here.DbAsync("share", ["--passphrase-file", shortFile, "--allow-short-passphrase"])).Exit);
        await File.WriteAllTextAsync(shortFile, "\n", Token);
        Assert.Contains("empty", (await _here.DbAsync("share", ["--passphrase-file", shortFile, "--allow-short-passphrase"])).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await ShareAsync("--remote", "https://user:word@example.org/notes")).Exit);

        string line = (await ShareAsync()).Output;
        ShellResult named = await JoinAsync(line, Secret, "--name", "other");
        Assert.Equal(2, named.Exit);
        Assert.Contains($"the invitation is to '{Fixture.DatabaseName}', not to 'other'", named.Error, StringComparison.Ordinal);
        foreach (string verb in (string[])["share", "join", "rotate-key"])
        {
            ShellResult plain = await ShellFolder.RunAsync("", "db", verb, _here.Store, "--name", Fixture.DatabaseName, "--insecure");
            Assert.Equal(2, plain.Exit);
            Assert.Contains("not encrypted", plain.Error, StringComparison.Ordinal);
            ShellResult help = await ShellFolder.RunAsync("", "db", verb, "--help");
            Assert.Equal(0, help.Exit);
            Assert.Contains($"fireproofbench db {verb}", help.Output, StringComparison.Ordinal);
        }
    }

    // The raw key, as the bag holds it.
    private static string KeyOf(ShellFolder folder)
    {
        string item = File.ReadAllText(Path.Combine(folder.KeyBag, "_fx_data_.json"));
        string text = item.Split("\"key\": \"z")[1].Split('"')[0];
        Assert.True(Base58.TryDecode(text, out _));
        return text;
    }

    private static async Task<string> PassphraseFileAsync(ShellFolder folder, string passphrase)
    {
        string file = folder.At("passphrase");
        await File.WriteAllTextAsync(file, passphrase + "\n", Encoding.UTF8, Token);
        return file;
    }

    private async Task<ShellResult> ShareAsync(params string[] arguments) =>
        await _here.DbAsync("share", ["--passphrase-file", await PassphraseFileAsync(_here, Secret), .. arguments]);

    private async Task<ShellResult> JoinAsync(string line, string passphrase = Secret, params string[] arguments) => await ShellFolder.RunAsync(
        line, ["db", "join", _there.Store, "--keybag", _there.KeyBag, "--passphrase-file", await PassphraseFileAsync(_there, passphrase), .. arguments]);
}
