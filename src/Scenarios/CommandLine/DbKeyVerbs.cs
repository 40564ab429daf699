using System.CommandLine;
using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Scenarios.Shell;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>The keys of a database: <c>share</c>, <c>join</c>, <c>rotate-key</c>.</summary>
internal sealed class DbKeyVerbs(DbVerb verb)
{
    private readonly Option<string?> _passphrase = Passphrase.Option();
    private readonly Option<string?> _remote = new("--remote") { Description = "Where the other device finds the database; it is told with the keys.", HelpName = "REMOTE" };
    private readonly Option<bool> _short = new("--allow-short-passphrase") { Description = $"Accept a passphrase of fewer than {SealedInvitation.MinPassphraseLength} characters." };
    private readonly Option<string?> _invitation = new("--invitation") { Description = "The file with the invitation; standard input without it.", HelpName = "FILE" };

    /// <summary>The verbs.</summary>
    public IEnumerable<Command> All() =>
    [
        verb.Create(
            "share",
            "Prints an invitation to the database: its keys, sealed with a passphrase, as one line of text. The passphrase goes another way than the line.",
            [_remote, _passphrase, _short],
            ShareAsync,
            "fireproofbench db share ./data --name notes --remote https://example.org/notes > invitation",
            "fireproofbench db share ./data --name notes --passphrase-file secret | mail …     without a terminal",
            "",
            "Whoever has both can read all that was written, and what is written until the next 'rotate-key'."),
        verb.CreateWithoutName(
            "join",
            "Opens an invitation and puts its keys into the key bag, beside those that are there. Prints what came of it as one line of JSON.",
            [_invitation, _passphrase],
            JoinAsync,
            "fireproofbench db join ./data --invitation invitation",
            "FIREPROOFBENCH_PASSPHRASE=… fireproofbench db join ./data --name notes < invitation",
            "",
            "Then 'fireproofbench db sync' fetches the database. A database that is here under another key is refused, and nothing is changed."),
        verb.Create(
            "rotate-key",
            "Makes a new key, which seals all files from now on; the old ones stay in the bag and open what is there. Prints the new key's fingerprint.",
            [],
            RotateAsync,
            "fireproofbench db rotate-key ./data --name notes",
            "fireproofbench db compact ./data --name notes          seals anew what it merges",
            "",
            "Devices that are to read on need a new invitation: 'fireproofbench db share'."),
    ];

    private async Task<int> ShareAsync(DbCall call)
    {
        RequireKeyBag(call);
        string? remote = call.Parsed.GetValue(_remote) is { } text ? Shown(text) : null;
        await using Database database = await call.OpenAsync(OpenMode.ReadOnly);
        using Invitation invitation = await database.InviteAsync(remote, call.Cancellation);
        char[] passphrase = Passphrase.Read(call.Parsed.GetValue(_passphrase), call.Terminal, isNew: true);
        try
        {
            await call.WriteLineAsync(SealedInvitation.Seal(
                invitation, passphrase, SystemEntropy.Instance, minLength: call.Parsed.GetValue(_short) ? 1 : SealedInvitation.MinPassphraseLength));
        }
        finally
        {
            Array.Clear(passphrase);
        }

        await call.NoteAsync("send the line and the passphrase by different ways; the other device runs 'fireproofbench db join'");
        return ExitCodes.Success;
    }

    private async Task<int> JoinAsync(DbCall call)
    {
        RequireKeyBag(call);
        string text = await ReadInvitationAsync(call);
        char[] passphrase = Passphrase.Read(call.Parsed.GetValue(_passphrase), call.Terminal, isNew: false);
        using Invitation invitation = Open(text, passphrase);
        if (call.Place.Name.Length > 0 && call.Place.Name != invitation.DatabaseName)
            throw new UsageException($"the invitation is to '{invitation.DatabaseName}', not to '{call.Place.Name}': leave --name out, or take the other invitation.");
        DatabasePlace place = call.Place with { Name = invitation.DatabaseName };
        await using IDeviceStore store = place.OpenDevice();
        JoinResult result = await Database.JoinAsync(invitation, store, place.OpenKeyBag()!, call.Cancellation);
        await call.WriteLineAsync(JsonLine.Of(json =>
        {
            json.WriteNumber("added", result.Added);
            json.WriteString("key", result.Sealing.ToString());
            json.WriteNumber("keys", result.Keys);
            json.WriteString("name", invitation.DatabaseName);
            if (invitation.Remote is not null)
                json.WriteString("remote", invitation.Remote);
        }));
        await call.NoteAsync($"next: fireproofbench db sync {place.Url} {invitation.Remote ?? "REMOTE"} --name {invitation.DatabaseName}");
        return ExitCodes.Success;
    }

    private static async Task<int> RotateAsync(DbCall call)
    {
        RequireKeyBag(call);
        await using Database database = await call.OpenAsync(OpenMode.Existing);
        KeyFingerprint made = await database.RotateKeyAsync(call.Cancellation);
        await call.WriteLineAsync(JsonLine.Of(json => json.WriteString("key", made.ToString())));
        await call.NoteAsync("devices that are to read on need a new invitation: 'fireproofbench db share'");
        return ExitCodes.Success;
    }

    private static Invitation Open(string text, char[] passphrase)
    {
        try
        {
            return SealedInvitation.Open(text, passphrase);
        }
        finally
        {
            Array.Clear(passphrase);
        }
    }

    private async Task<string> ReadInvitationAsync(DbCall call)
    {
        if (call.Parsed.GetValue(_invitation) is not { } file)
            return await ReadAsync(call.Terminal.In, call.Cancellation);
        try
        {
            await using FileStream stream = File.OpenRead(file);
            return await ReadAsync(stream, call.Cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--invitation: '{file}' cannot be read: {failure.Message}");
        }
    }

    // The first line that is not blank, and never more than an invitation can have: what follows is not waited for.
    private static async Task<string> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] bytes = new byte[SealedInvitation.MaxTextLength + 1];
        for (int length = 0; ;)
        {
            // A terminal's read cannot be cancelled; the wait for it can.
            int read = await stream.ReadAsync(bytes.AsMemory(length), cancellation).AsTask().WaitAsync(cancellation);
            length += read;
            string text = Encoding.ASCII.GetString(bytes, 0, length).TrimStart();
            if (text.IndexOf('\n', StringComparison.Ordinal) is > 0 and int end)
                return text[..end];
            if (read == 0 || length == bytes.Length)
                return text;
        }
    }

    // The path of a folder is told whole; the other device may have mounted it elsewhere.
    private static string Shown(string remote)
    {
        GatewayUrl url = GatewayUrl.Parse(remote);
        return url.Scheme is GatewayScheme.File ? url.Path : remote;
    }

    private static void RequireKeyBag(DbCall call)
    {
        if (call.Place.KeyBagFolder is null)
            throw new UsageException("a database that is not encrypted has no key: leave --insecure out.");
    }
}
