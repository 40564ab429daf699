using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Cloud;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>A device of ours on a ledger: a database in memory, attached to a cloud endpoint.</summary>
internal sealed class OurDevice : IAsyncDisposable
{
    private readonly CloudDeviceStore _remote;
    private readonly RemoteLink _link;

    private OurDevice(Database database, CloudDeviceStore remote, RemoteLink link)
    {
        Database = database;
        _remote = remote;
        _link = link;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Its database.</summary>
    public Database Database { get; }

    /// <summary>What keeps it from the endpoint, for the message of a failed test.</summary>
    public string Trouble => $"{_link.Status.Activity}, {_link.Status.LastError?.Message}, {string.Join(", ", _link.Status.Unreadable.Select(static head => head.Reason.Message))}";

    /// <summary>Opens an empty one and attaches it; its keys go there too.</summary>
    public static async Task<OurDevice> OpenAsync(Uri endpoint, string token)
    {
        GatewayOptions options = EndpointServer.ClientWith(token);
        Database database = await Database.OpenAsync(
            "notes", new MemoryDeviceStore("notes", TimeProvider.System),
            new DatabaseOptions { KeyBag = new MemoryKeyBag(), Entropy = SystemEntropy.Instance, Time = TimeProvider.System }, Token);
        CloudDeviceStore remote = new("fpcloud+" + endpoint, options, RetryOptions.Of(options));
        RemoteLink link = await database.AttachAsync(
            new RemoteStore("cloud", remote.Data, remote.Metadata), new AttachOptions { PublishKeys = true, PollInterval = TimeSpan.FromSeconds(2) }, Token);
        return new OurDevice(database, remote, link);
    }

    /// <summary>Writes documents, one after another.</summary>
    public async Task PutAsync(params string[] documents)
    {
        foreach (string document in documents)
            _ = await Database.PutAsync(Document.Parse(document), Token);
    }

    /// <summary>Its heads and documents as texts that can be compared.</summary>
    public async Task<(string Who, string Heads, string Documents, int Count)> ReadAsync(string who)
    {
        List<string> rows = [];
        await foreach (Document document in Database.AllAsync(cancellation: Token))
            rows.Add(document.ToJson());
        rows.Sort(StringComparer.Ordinal);
        return (who, string.Join(' ', Database.Heads), string.Join('\n', rows), rows.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await Database.DisposeAsync();
        await _remote.DisposeAsync();
    }
}
