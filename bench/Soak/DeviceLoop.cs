using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Soak;

/// <summary>One device: works until it is told to rest, tells what it holds, and goes on.</summary>
/// <remarks>Says <c>put ID N</c> and <c>del ID</c> after each acknowledged write of an id of its own, <c>state …</c> at rest.</remarks>
internal sealed class DeviceLoop(SoakOptions options)
{
    private const int OwnIds = 40;

    private readonly Random _dice = new(HashCode.Combine(options.Seed, options.Device, options.Start));
    private readonly GatewayOptions _gateway = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, Durability = Durability.Os };
    private readonly Dictionary<RemoteStore, RemoteLink> _links = [];

    public async Task<int> RunAsync()
    {
        string folder = Path.Combine(options.Folder, $"device-{options.Device}");
        await using Database database = await Database.OpenAsync(
            SoakOptions.Database,
            new FolderDeviceStore(folder, SoakOptions.Database, _gateway),
            new DatabaseOptions { KeyBag = new FolderKeyBag(Path.Combine(options.Folder, "keybag"), _gateway), Entropy = _gateway.Entropy });
        List<RemoteStore> remotes = [];
        foreach (string url in options.Remotes)
        {
            IDeviceStore remote = GatewayUrl.Parse(url).OpenDevice(SoakOptions.Database, _gateway);
            await remote.PrepareAsync(CancellationToken.None);
            remotes.Add(new RemoteStore(url, remote.Data, remote.Metadata));
        }

        await AttachAsync(database, Any(remotes));
        Say("ready");

        // The console's own reader would keep everything waiting.
        using StreamReader words = new(Console.OpenStandardInput());
        Task<string?> told = words.ReadLineAsync();
        int number = options.Start * 1_000_000;
        while (true)
        {
            if (told.IsCompleted)
            {
                // From the first "rest" until "go" it writes nothing: a state that goes on changing cannot be compared.
                string? word = await told;
                for (; word is "rest" or "tell"; word = await words.ReadLineAsync())
                    await RestAsync(database, remotes, word);
                if (word != "go")
                    break;
                told = words.ReadLineAsync();
                continue;
            }

            await StepAsync(database, Any(remotes), ++number);
            await Task.Delay(_dice.Next(2 * options.Pace));
        }

        return 0;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private async Task StepAsync(Database database, RemoteStore store, int number)
    {
        string own = string.Create(CultureInfo.InvariantCulture, $"own-{options.Device}-{_dice.Next(OwnIds):d2}");
        string shared = string.Create(CultureInfo.InvariantCulture, $"shared-{_dice.Next(20):d2}");
        switch (_dice.Next(100))
        {
            case < 45:
                await database.PutAsync(Numbered(own, number));
                Say($"put {own} {number}");
                break;
            case < 50:
                string gone = string.Create(CultureInfo.InvariantCulture, $"gone-{options.Device}-{number}");
                await database.PutAsync(Numbered(gone, number));
                await database.DeleteAsync(gone);
                Say($"del {gone}");
                break;
            case < 65:
                await database.PutAsync(Numbered(shared, number));
                break;
            case < 70:
                await database.DeleteAsync(shared);
                break;
            case < 72:
                await database.PutManyAsync([.. Enumerable.Range(0, 30).Select(i => Numbered(string.Create(CultureInfo.InvariantCulture, $"bulk-{options.Device}-{i:d2}"), number))]);
                break;
            case < 92:
                await database.GetAsync(_dice.Next(2) == 0 ? own : shared);
                break;
            case < 94 when _dice.Next(5) == 0:
                await database.CompactAsync();
                break;
            case < 97:
                if (_links.Remove(store, out RemoteLink? link))
                    await link.DisposeAsync();
                break;
            default:
                await AttachAsync(database, store);
                break;
        }
    }

    private RemoteStore Any(List<RemoteStore> remotes) => remotes[_dice.Next(remotes.Count)];

    private async Task<RemoteLink> AttachAsync(Database database, RemoteStore store) => _links.TryGetValue(store, out RemoteLink? link) ? link : _links[store] = await database.AttachAsync(
        store,
        new AttachOptions
        {
            PollInterval = TimeSpan.FromMilliseconds(500),
            LongestPause = TimeSpan.FromSeconds(2),

            // What a compaction replaced goes after two minutes: each device has met each store by then.
            GarbageInterval = TimeSpan.FromSeconds(20),
            Garbage = new GarbageOptions { MinAge = TimeSpan.FromMinutes(2) },
        });

    // Each word "rest" is a round of meeting all remotes; "tell" asks for what came of them.
    private async Task RestAsync(Database database, List<RemoteStore> remotes, string word)
    {
        if (word != "tell")
        {
            HashSet<string> heads = [];
            foreach (RemoteStore remote in remotes)
            {
                RemoteLink link = await AttachAsync(database, remote);
                Task meeting = link.WhenUpToDateAsync().AsTask();
                while (await Task.WhenAny(meeting, Task.Delay(TimeSpan.FromSeconds(30))) != meeting)
                    Console.Error.WriteLine($"device {options.Device} waits for {remote.Name}: {link.Status.PendingFiles} files to send, {link.Status.LastError?.Message ?? "no error"}");
                await meeting;
                heads.Add(string.Join(',', link.Status.RemoteHeads));
            }

            Say($"rested {string.Join(" or ", heads.Append(string.Join(',', database.Heads)).Distinct())}");
            return;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int documents = 0;
        StringBuilder own = new();
        await foreach (DocumentRow row in database.RowsAsync())
        {
            hash.AppendData(Encoding.UTF8.GetBytes(row.Id + "\n"));
            hash.AppendData(row.Document is { } document ? document.ToUtf8Json() : "deleted"u8);
            documents++;
            if (row.Document is { } alive && !row.Id.StartsWith("shared-", StringComparison.Ordinal))
                own.Append(CultureInfo.InvariantCulture, $" {row.Id}={NumberOf(alive)}");
        }

        Cid root = await database.GetRootAsync();
        Say($"state {Convert.ToHexStringLower(hash.GetHashAndReset())} {root} {documents} {string.Join(',', database.Heads)}");
        Say($"live{own}");
    }

    private Document Numbered(string id, int number) => Document.Parse(
        string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","by":{{options.Device}},"n":{{number}},"text":"{{new string('t', _dice.Next(300))}}"}"""));

    private static int NumberOf(Document document)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(document.ToUtf8Json());
        return json.RootElement.GetProperty("n").GetInt32();
    }
}
