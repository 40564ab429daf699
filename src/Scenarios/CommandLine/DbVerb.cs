using System.CommandLine;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>What all verbs of the shell share: URL, name, key bag and durability, and how failures become exit codes.</summary>
internal sealed class DbVerb(Terminal terminal)
{
    private readonly Argument<string> _url = new("URL") { Description = "The provider: a folder (plain path or file:///…), s3://…, dav+http://…, http://… (an endpoint), or memory:." };
    private readonly Option<string> _name = new("--name") { Description = "The database.", HelpName = "NAME", Required = true };
    private readonly Option<string> _optionalName = new("--name") { Description = "The database; the one that is invited to without this.", HelpName = "NAME" };
    private readonly Option<string?> _keyBag = new("--keybag")
    {
        Description = "The folder of the key bag. Without it: FP_KEYBAG_URL, else .fireproof/keybag in the home folder.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _meta = new("--meta")
    {
        Description = "Where the heads are, when that is another place than the objects'.",
        HelpName = "URL",
    };

    private readonly Option<bool> _insecure = new("--insecure") { Description = "The database is not encrypted, and needs no key." };
    private readonly Option<string> _durability = Durabilities();
    private readonly Option<string?> _token = AccessToken.Option();
    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "Keep files that were fetched from the store in this folder, and read them from there the next time. 'verify' reads the store itself.",
        HelpName = "DIR",
    };

    private readonly Option<long?> _cacheSize = new("--cache-size") { Description = "Bytes that the cache of one database may hold; 1 GiB without it.", HelpName = "BYTES" };

    /// <summary>Makes a verb.</summary>
    /// <param name="name">What the user types.</param>
    /// <param name="description">One sentence for the help.</param>
    /// <param name="symbols">Its own arguments, which follow the URL, and options.</param>
    /// <param name="action">What it does.</param>
    /// <param name="examples">For the end of the help.</param>
    public Command Create(string name, string description, Symbol[] symbols, Func<DbCall, Task<int>> action, params string[] examples) =>
        Create(name, description, symbols, action, isNameOptional: false, examples);

    /// <summary>Makes a verb that may find the name of the database elsewhere; it is empty then.</summary>
    public Command CreateWithoutName(string name, string description, Symbol[] symbols, Func<DbCall, Task<int>> action, params string[] examples) =>
        Create(name, description, symbols, action, isNameOptional: true, examples);

    private Command Create(string name, string description, Symbol[] symbols, Func<DbCall, Task<int>> action, bool isNameOptional, string[] examples)
    {
        Command command = Verb.Create(
            name, description, [.. examples, "", "Exit codes: 0 done, 1 verify found damage, 2 could not run or was refused (what came before stays), 130 interrupted."]);
        command.Arguments.Add(_url);
        foreach (Argument argument in symbols.OfType<Argument>())
            command.Arguments.Add(argument);
        foreach (Option option in symbols.OfType<Option>().Concat([isNameOptional ? _optionalName : _name, _meta, _keyBag, _insecure, _durability, _token, _cache, _cacheSize]))
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, action, cancellation));
        return command;
    }

    /// <summary>Reads a list of content ids with commas between them.</summary>
    /// <exception cref="UsageException">One of them is none, or there is none.</exception>
    public static IReadOnlyList<Cid> ReadHeads(string text)
    {
        List<Cid> heads = [];
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Cid.TryParse(part, out Cid head))
                throw new UsageException($"'{part}' is not a head: heads are content ids (bafy…) with commas between them, as 'snapshot', 'import' and 'log' print them.");
            heads.Add(head);
        }

        return heads.Count > 0 ? heads : throw new UsageException("no head is given: heads are content ids (bafy…) with commas between them.");
    }

    /// <summary>Opens a past state: by its heads, or by the name that a snapshot was kept under.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static async ValueTask<DatabaseSnapshot> OpenStateAsync(Database database, string text, CancellationToken cancellation)
    {
        if (text.Split(',', StringSplitOptions.TrimEntries).All(static part => Cid.TryParse(part, out _)))
            return await database.SnapshotAsync(ReadHeads(text), cancellation);
        try
        {
            return await database.OpenSnapshotAsync(text, cancellation)
                ?? throw new UsageException($"'{text}' is neither a list of heads (bafy… with commas between them) nor the name of a snapshot here; 'snapshot --list' lists those.");
        }
        catch (ArgumentException)
        {
            throw new UsageException($"'{text}' is neither a list of heads (bafy… with commas between them) nor a name that a snapshot can have.");
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<DbCall, Task<int>> action, CancellationToken cancellation)
    {
        DatabasePlace? place = null;
        using ShellProgress progress = new(terminal.Error, terminal.ErrorIsTerminal, TimeProvider.System);
        try
        {
            place = PlaceOf(parsed);
            await using ShellOutput output = new(terminal.OutBytes);
            return await action(new DbCall(parsed, place, terminal, output, progress, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            progress.Dispose();
            await terminal.Error.WriteLineAsync("fireproofbench: interrupted; what was acknowledged stays");
            return ExitCodes.Interrupted;
        }
        catch (Exception failure)
        {
            progress.Dispose();
            await terminal.Error.WriteLineAsync($"fireproofbench: db {parsed.CommandResult.Command.Name}: {DbFailures.Explain(failure, place)}");
            return ExitCodes.CouldNotRun;
        }
    }

    private DatabasePlace PlaceOf(ParseResult parsed)
    {
        bool insecure = parsed.GetValue(_insecure);
        string? bag = parsed.GetValue(_keyBag);
        if (insecure && bag is not null)
            throw new UsageException("--insecure and --keybag exclude each other: a database that is not encrypted has no key.");
        if (!insecure)
            bag = bag is null ? FolderKeyBag.DefaultDirectory(Environment.GetEnvironmentVariable) : FolderOf(bag);
        return new DatabasePlace(
            GatewayUrl.Parse(parsed.GetRequiredValue(_url)), parsed.GetValue(_name) ?? parsed.GetValue(_optionalName) ?? "", bag, Enum.Parse<Durability>(parsed.GetRequiredValue(_durability), ignoreCase: true))
        {
            Token = AccessToken.Read(parsed.GetValue(_token)),
            Heads = parsed.GetValue(_meta) is { } heads ? GatewayUrl.Parse(heads) : null,
            WebDav = WebDavCredentials.Read(),
            Cache = CacheOf(parsed.GetValue(_cache), parsed.GetValue(_cacheSize)),
        };
    }

    private static CachePlace? CacheOf(string? folder, long? length)
    {
        if (folder is null)
            return length is null ? null : throw new UsageException("--cache-size: say with --cache where the cache is.");
        if (folder.Length == 0)
            throw new UsageException("--cache: name a folder on this machine.");
        return length is null or > 0 ? new CachePlace(folder, length ?? 1L << 30) : throw new UsageException("--cache-size: at least 1 byte.");
    }

    private static string FolderOf(string bag)
    {
        GatewayUrl url = GatewayUrl.Parse(bag);
        return url.Scheme == GatewayScheme.File ? url.Path : throw new UsageException("--keybag: a key bag is a folder on this machine.");
    }

    private static Option<string> Durabilities()
    {
        Option<string> option = new("--durability")
        {
            Description = "What an acknowledged write survives: fsync, power loss; os, the death of the process.",
            DefaultValueFactory = static _ => "fsync",
        };
        option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, "fsync", "os");
        return option;
    }
}
