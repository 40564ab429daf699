using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Endpoint;
using FireproofBench.Properties.Fixtures;
using Xunit;
using SecretSearch = FireproofBench.Properties.Fixtures.SecretSearch;

namespace FireproofBench.Properties.Sync;

/// <summary>What leaves a device, searched byte by byte: no document, no id, no attached file, no name of one, and no key.</summary>
/// <remarks>The name of the database is no secret: it stands in paths and URLs. Nor are lengths, times, and which files a commit wrote.</remarks>
public sealed class DisclosureTests : IDisposable
{
    private const string Id = "invoice-4711-muenster";
    private const string FieldName = "beneficiary-account";
    private const string FieldText = "forty thousand in small notes";
    private const string FileName = "scan-of-the-contract.pdf";
    private const string FileType = "application/x-contract";

    private static readonly byte[] _file = SHA256.HashData("an attached file"u8);
    private static readonly byte[] _large = [.. Enumerable.Range(0, (NewAttachment.SingleBlockLength / 32) + 2).SelectMany(static i => SHA256.HashData(BitConverter.GetBytes(i)))];

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryKeyBag _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_remote_folder_tells_nothing()
    {
        await using FolderDeviceStore remote = await RemoteFolderAsync();
        SecretSearch secrets = await WriteAsync(_keys, remote, publishes: false);
        Assert.Empty(secrets.InFolder(_folder.At("remote")));
    }

    [Fact]
    public async Task What_goes_to_an_endpoint_tells_nothing()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        await using ListeningRelay relay = new(server.Address);
        await using (HttpDeviceStore remote = new(relay.Address, Fixture.DatabaseName, EndpointServer.Client))
        {
            SecretSearch secrets = await WriteAsync(_keys, remote, publishes: false);
            Assert.Empty(secrets.In(relay.Sent()));
        }

        Assert.Contains("POST ", Encoding.Latin1.GetString(relay.Sent()), StringComparison.Ordinal);
    }

    /// <summary>Else the searches above would find nothing whatever was sent.</summary>
    [Fact]
    public async Task The_search_finds_all_of_it_where_it_stands_in_the_clear()
    {
        string[] all = ["id", "field", "text", "file name", "type", "file", "middle of the large file", "former text"];
        await using (FolderDeviceStore remote = await RemoteFolderAsync())
        {
            SecretSearch secrets = await WriteAsync(null, remote, publishes: false);
            Assert.Equal(all.Order(StringComparer.Ordinal), secrets.InFolder(_folder.At("remote")).Order(StringComparer.Ordinal));
        }

        await using EndpointServer server = await EndpointServer.StartAsync();
        await using ListeningRelay relay = new(server.Address);
        await using HttpDeviceStore open = new(relay.Address, "open", EndpointServer.Client);
        Assert.Equal(all.Order(StringComparer.Ordinal), (await WriteAsync(null, open, publishes: false)).In(relay.Sent()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_search_finds_a_key_that_is_published_on_purpose()
    {
        await using FolderDeviceStore remote = await RemoteFolderAsync();
        SecretSearch secrets = await WriteAsync(_keys, remote, publishes: true);
        Assert.Equal(["key in base58"], secrets.InFolder(_folder.At("remote")));
    }

    // Documents, attached files, what a second device adds, a compaction, and a removal.
    private static async Task<SecretSearch> WriteAsync(MemoryKeyBag? keys, IDeviceStore remote, bool publishes)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual, seed: 1);
        await using Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual, seed: 2);
        await first.PutAsync(Document.Parse($$"""{"_id":"{{Id}}","{{FieldName}}":"a former text of it"}"""), Token);
        await using RemoteLink up = await AttachAsync(first, remote, publishes);
        await first.PutAsync(
            Document.Parse($$"""{"_id":"{{Id}}","{{FieldName}}":"{{FieldText}}"}"""),
            [new(FileName, _file, FileType, DateTimeOffset.UnixEpoch), new("large", _large, FileType, DateTimeOffset.UnixEpoch)],
            Token);
        await up.WhenUpToDateAsync(Token);
        await using RemoteLink down = await AttachAsync(second, remote, publishes);
        await down.WhenUpToDateAsync(Token);
        await second.PutAsync(Document.Parse($$"""{"_id":"{{Id}}-2","{{FieldName}}":"{{FieldText}}"}"""), Token);
        await down.WhenUpToDateAsync(Token);
        await up.WhenUpToDateAsync(Token);
        await first.CompactAsync(Token);
        await first.DeleteAsync($"{Id}-2", Token);
        await up.WhenUpToDateAsync(Token);

        SecretSearch secrets = new SecretSearch()
            .Text("id", Id).Text("field", FieldName).Text("text", FieldText).Text("former text", "a former text of it")
            .Text("file name", FileName).Text("type", FileType).Bytes("file", _file).Bytes("middle of the large file", _large.AsSpan(_large.Length / 2, 24));
        if (keys is null)
            return secrets;
        using KeyRing ring = KeyBagItem.Read("@fx-data@", (await keys.ReadAsync("@fx-data@", Token))!.Value);
        return secrets.Key("key", ring.Sealing.ExportBytes());
    }

    private async ValueTask<FolderDeviceStore> RemoteFolderAsync()
    {
        FolderDeviceStore remote = new(_folder.At("remote"), Fixture.DatabaseName, OpenDatabase.Gateway());
        await remote.PrepareAsync(Token);
        return remote;
    }

    private static ValueTask<RemoteLink> AttachAsync(Database database, IDeviceStore remote, bool publishes) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), PublishKeys = publishes },
        Token);
}
