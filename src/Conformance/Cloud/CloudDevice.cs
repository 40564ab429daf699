using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Cloud;
using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Cloud;

/// <summary>A device that is attached to a ledger: a database of this engine in memory, with a key of its own.</summary>
internal sealed class CloudDevice : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly Database _database;
    private readonly CloudDeviceStore _remote;
    private readonly RemoteLink _link;

    private CloudDevice(string name, Database database, CloudDeviceStore remote, RemoteLink link)
    {
        _name = name;
        _database = database;
        _remote = remote;
        _link = link;
    }

    /// <summary>Opens one and attaches it.</summary>
    /// <param name="context">The check.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="listens">Whether it is told of heads over a WebSocket; else it asks for them, twice a second.</param>
    public static async Task<CloudDevice> AttachAsync(CloudContext context, CloudLedgerName ledger, string name, bool listens = true)
    {
        // What it is told it need not ask for: a minute, so that events that do not come are seen as such.
        TimeSpan asks = listens ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(500);
        GatewayOptions options = new() { Time = context.Time, Entropy = new Dice((long)context.Dice.Next()), Token = new Secret(context.Token(ledger)) };
        Database database = await Database.OpenAsync(
            name, new MemoryDeviceStore(name, context.Time), new DatabaseOptions { KeyBag = new MemoryKeyBag(), Entropy = options.Entropy, Time = context.Time }, context.Cancellation);
        CloudDeviceStore remote = new(new CloudUrl(context.Subject.Messages, ledger), options, RetryOptions.Of(options));
        AttachOptions attach = new() { PublishKeys = true, PollInterval = asks, CheckInterval = asks };
        RemoteStore store = new("cloud", remote.Data, listens ? remote.Metadata : new BentHeads(remote.Metadata) { OnTraits = static traits => traits with { Push = false } });
        try
        {
            return new CloudDevice(name, database, remote, await database.AttachAsync(store, attach, context.Cancellation));
        }
        catch
        {
            await database.DisposeAsync();
            await remote.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a document.</summary>
    public async Task PutAsync(string id) => _ = await _database.PutAsync(Document.Parse($$"""{"_id":"{{id}}","by":"{{_name}}"}"""));

    /// <summary>Waits until devices have the same heads and exactly these documents.</summary>
    /// <exception cref="ClauseViolation">They do not come together.</exception>
    public static async Task MeetAsync(CloudContext context, IReadOnlyCollection<string> documents, params CloudDevice[] devices)
    {
        // Slow is no failure: as long as something comes, it is waited for.
        long begin = context.Time.GetTimestamp();
        string former = "";
        while (await ApartAsync(documents, devices).WaitAsync(context.Cancellation) is { } apart)
        {
            if (apart != former)
                (begin, former) = (context.Time.GetTimestamp(), apart);
            if (context.Time.GetElapsedTime(begin) > context.Subject.MeetWithin)
                throw new ClauseViolation($"for {context.Subject.MeetWithin.TotalSeconds:0} s nothing came any more, and {apart}");
            await Task.Delay(s_look, context.Time, context.Cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _database.DisposeAsync();
        await _remote.DisposeAsync();
    }

    private static async Task<string?> ApartAsync(IReadOnlyCollection<string> documents, CloudDevice[] devices)
    {
        foreach (CloudDevice device in devices)
        {
            List<string> ids = [];
            await foreach (Document document in device._database.AllAsync())
                ids.Add(document.Id ?? "");
            if (ClauseContext.SetDifference(ids, documents) is { } difference)
                return $"device '{device._name}' differs: {difference}{device.Trouble}";
            if (!device._database.Heads.SequenceEqual(devices[0]._database.Heads))
                return $"devices '{device._name}' and '{devices[0]._name}' have the same documents and different heads{device.Trouble}";
        }

        return null;
    }

    private string Trouble => _link.Status switch
    {
        { Unreadable: [var head, ..] unreadable } => $" ({unreadable.Length} heads cannot be read: {head.Reason.Message})",
        { LastError: { } error } => $" ({error.Message})",
        _ => "",
    };
}
