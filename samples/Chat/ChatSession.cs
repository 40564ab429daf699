using System.Collections.Concurrent;
using FireproofBench.Engine;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Chat;

/// <summary>One member at work: a database on this device, attached to the endpoint, and a screen.</summary>
internal sealed class ChatSession : IAsyncDisposable
{
    private const string Help = "Type a message and Enter. /invite lets somebody in, /quit or Ctrl-C leaves.";

    private static readonly TimeSpan _composing = TimeSpan.FromMilliseconds(300);

    private readonly ChatOptions _options;
    private readonly Database _database;
    private readonly HttpDeviceStore _remote;
    private readonly RemoteLink _link;
    private readonly IDisposable _subscription;
    private readonly ConcurrentQueue<string> _changed = new();
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private readonly Screen _screen = new();
    private Message? _mine;
    private DateTimeOffset _lastPut;

    private ChatSession(ChatOptions options, Database database, HttpDeviceStore remote, RemoteLink link)
    {
        _options = options;
        _database = database;
        _remote = remote;
        _link = link;
        _subscription = database.Subscribe(change =>
        {
            foreach (string id in change.Ids)
                _changed.Enqueue(id);
        });
    }

    /// <summary>Opens the group on this device and meets the others.</summary>
    public static async Task<ChatSession> OpenAsync(ChatOptions options, CancellationToken cancellation)
    {
        GatewayOptions gateway = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };
        FolderKeyBag keys = new(Path.Combine(options.Folder, "keys"), gateway);
        FolderDeviceStore store = new(Path.Combine(options.Folder, "data"), options.Group, gateway);
        HttpDeviceStore remote = new(options.Endpoint, options.Group, gateway);
        try
        {
            if (options.Joins)
                await JoinAsync(store, keys, cancellation);
            await RequireKeyAsync(options, remote, keys, cancellation);
            Database database = await Database.OpenAsync(options.Group, store, new DatabaseOptions { KeyBag = keys, Entropy = gateway.Entropy }, cancellation);
            RemoteLink link = await database.AttachAsync(new RemoteStore(options.Endpoint.ToString(), remote.Data, remote.Metadata), cancellation: cancellation);
            return new ChatSession(options, database, remote, link);
        }
        catch (Exception e) when (e is StorageException or InvitationException or UnrelatedHistoriesException)
        {
            throw new ChatException(e.Message, e);
        }
    }

    /// <summary>Shows what is there, then what comes, and sends what is typed, until the input ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (Document document in _database.AllAsync(new KeyRange { Prefix = "message-" }, cancellation))
            Show(Message.Read(document));
        _screen.ShowNotice($"You are {_options.Name} in the group {_options.Group}. {Help}");
        while (true)
        {
            while (_changed.TryDequeue(out string? id))
            {
                if (await _database.GetAsync(id, cancellation) is { } document)
                    Show(Message.Read(document));
            }

            TypedInput typed = await _screen.ReadAsync(cancellation);
            if (typed.IsEnd || typed.Line == "/quit")
                break;
            if (typed.Line == "/invite")
                await InviteAsync(cancellation);
            else if (typed.Line is ['/', ..] command)
                _screen.Print($"'{command}' is no command. {Help}");
            else if (typed.Line is { } text)
                await SendAsync(text);
            else if (typed.Draft is { } draft)
                await ComposeAsync(draft);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5));
        try
        {
            await _link.WhenSentAsync(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or StorageException or ObjectDisposedException)
        {
            await Console.Error.WriteLineAsync("chat: the endpoint does not have everything yet; it gets the rest the next time");
        }

        await _database.DisposeAsync();
        await _remote.DisposeAsync();
    }

    private static async Task JoinAsync(FolderDeviceStore store, FolderKeyBag keys, CancellationToken cancellation)
    {
        string line = Screen.Ask("Invitation: ") ?? throw new ChatException("an invitation is one line of text");
        char[] passphrase = Screen.AskSecret("Passphrase: ");
        using Invitation invitation = SealedInvitation.Open(line, passphrase);
        await Database.JoinAsync(invitation, store, keys, cancellation);
    }

    // A key that is made here would open nothing of a group that exists.
    private static async Task RequireKeyAsync(ChatOptions options, HttpDeviceStore remote, FolderKeyBag keys, CancellationToken cancellation)
    {
        if (await keys.ReadAsync($"@{options.Group}-data@", cancellation) is not null)
            return;
        if ((await remote.Metadata.ReadAsync(cancellation)).Entries.Length > 0)
            throw new ChatException($"the group '{options.Group}' exists: ask a member to type /invite, and start with --join");
    }

    private async Task InviteAsync(CancellationToken cancellation)
    {
        char[] passphrase = Screen.AskSecret("Passphrase for the invitation, at least 12 characters: ");
        using Invitation invitation = await _database.InviteAsync(_options.Endpoint.ToString(), cancellation);
        try
        {
            _screen.Print(SealedInvitation.Seal(invitation, passphrase, SystemEntropy.Instance));
        }
        catch (InvitationException refused)
        {
            _screen.Print(refused.Message);
        }
    }

    private async Task ComposeAsync(string draft)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        if (now - _lastPut < _composing || draft == (_mine?.Text ?? "") || draft.StartsWith('/'))
            return;
        _lastPut = now;
        _mine = (_mine ?? Message.Begin(_options.Name, now)) with { Text = draft };
        await _database.PutAsync(_mine.ToDocument());
    }

    private async Task SendAsync(string text)
    {
        Message message = (_mine ?? Message.Begin(_options.Name, TimeProvider.System.GetUtcNow())) with { Text = text, IsSent = true };
        _mine = null;
        if (text.Length > 0)
            await _database.PutAsync(message.ToDocument());
        else
            await _database.DeleteAsync(message.Id);
    }

    private void Show(Message? message)
    {
        if (message is null)
            return;
        if (!message.IsSent)
            _screen.ShowComposing(message.From, message.From != _options.Name && message.Text.Length > 0);
        else if (_shown.Add(message.Id))
            _screen.ShowMessage(message.From, message.Text);
    }
}
