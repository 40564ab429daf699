using System.Text;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.Shell;

/// <summary>A folder with databases and a key bag, and the command line on it: the executable's own entry point, with its streams caught.</summary>
public sealed class ShellFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder that holds databases.</summary>
    public string Store => At("db");

    /// <summary>The folder of one database.</summary>
    public string Database => At("db", Fixture.DatabaseName);

    /// <summary>The folder of the key bag.</summary>
    public string KeyBag => At("keybag");

    /// <summary>A path inside.</summary>
    public string At(params ReadOnlySpan<string> parts) => _folder.At(parts);

    /// <summary>A copy of a fixture.</summary>
    public static ShellFolder Of(string fixture)
    {
        ShellFolder folder = new();
        FixtureFiles.Find(fixture).CopyTo(folder._folder.Path);
        return folder;
    }

    /// <summary>A database of three commits: a (twice) and b, which is deleted; gives the heads after each.</summary>
    public async Task<IReadOnlyList<string>> BeginAsync() =>
    [
        (await DbAsync("import", """{"put":{"_id":"a","v":1}}""")).Heads,
        (await DbAsync("import", """{"bulk":[{"_id":"a","v":2},{"_id":"b","t":"é"}]}""")).Heads,
        (await DbAsync("import", """{"del":"b"}""")).Heads,
    ];

    /// <summary>Runs a verb on the database.</summary>
    public Task<ShellResult> DbAsync(string verb, string input = "", params string[] arguments) =>
        RunAsync(input, ["db", verb, Store, .. arguments, .. Access()]);

    /// <summary>Runs a verb that needs no input.</summary>
    public Task<ShellResult> DbAsync(string verb, string[] arguments) => DbAsync(verb, "", arguments);

    /// <summary>Name and key bag of the database, as options.</summary>
    public string[] Access() =>
        Directory.Exists(Database) && !Directory.Exists(KeyBag)
            ? ["--name", Fixture.DatabaseName, "--insecure", "--durability", "os"]
            : ["--name", Fixture.DatabaseName, "--keybag", KeyBag, "--durability", "os"];

    /// <summary>Runs a command line.</summary>
    public static Task<ShellResult> RunAsync(string input, params string[] arguments)
    {
        return RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), TestContext.Current.CancellationToken, arguments);
    }

    /// <summary>Runs a command line that can be interrupted.</summary>
    public static Task<ShellResult> RunAsync(Stream input, CancellationToken interrupt, params string[] arguments) => RunAsync(input, null, interrupt, arguments);

    /// <summary>Runs a command line whose questions are answered.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="answer">Answers what is asked for without being shown; null when there is nobody.</param>
    /// <param name="interrupt">Interrupts it.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<ShellResult> RunAsync(Stream input, Func<string, char[]>? answer, CancellationToken interrupt, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using MemoryStream bytes = new();
        Terminal terminal = new(output, error, Console: null, ErrorIsTerminal: false) { OutBytes = bytes, In = input, AskSecret = answer };
        int exit = await FireproofBenchCommand.RunAsync(arguments, terminal, StoreUrls.OpenAsync, interrupt);
        return new ShellResult(exit, [.. Encoding.UTF8.GetBytes(output.ToString()), .. bytes.ToArray()], error.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
