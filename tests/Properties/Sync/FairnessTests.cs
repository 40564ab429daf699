using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Many devices that write without pause around one remote store: each is heard, and each hears the others. On one thread, in a time of its own.</summary>
public sealed class FairnessTests
{
    private const int Devices = 64;

    private static readonly TimeSpan _length = TimeSpan.FromSeconds(10);

    private readonly MemoryKeyBag _keys = new();
    private readonly SteppedTime _time = new();
    private Dictionary<GatewayOperation, int> Calls { get; } = [];
    private readonly SeededDice _dice = new(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_device_starves_among_64_writers(bool push)
    {
        new OneThread(_time).Run(() => PlayAsync(push));
    }

    private async Task PlayAsync(bool push)
    {
        await using MemoryDeviceStore store = new("remote", _time);
        RemoteStore remote = new("remote", new DistantData(this, store.Data), new DistantHeads(this, store.Metadata, push));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Writer[] writers = [.. Enumerable.Range(0, Devices).Select(i => new Writer(this, i))];
        foreach (Writer writer in writers)
            await writer.AttachAsync(remote);
        long start = _time.GetTimestamp();
        Task[] writing = [.. writers.Select(writer => writer.WriteAsync())];
        TimeSpan worst = default;
        for (int second = 1; second <= 4; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time);
            TimeSpan max = default;
            var byReader = new List<string>(); var byWriter = new TimeSpan[64];
            foreach (Writer reader in writers)
            {
                TimeSpan m = default;
                var seen = await reader.SeenAsync();
                foreach (Writer writer in writers)
                {
                    TimeSpan behind = writer.Behind(seen[writer.Number], _time);
                    max = behind > max ? behind : max;
                    m = behind > m ? behind : m;
                    byWriter[writer.Number] = behind > byWriter[writer.Number] ? behind : byWriter[writer.Number];
                }
                byReader.Add($"{m.TotalSeconds:f0}");
            }
            Console.WriteLine($"readers {string.Join(",", byReader)} writers {string.Join(",", byWriter.Select(w => $"{w.TotalSeconds:f0}"))}");
            Console.WriteLine($"{second} {max} writes {writers.Sum(w => w.Written)} min {writers.Min(w => w.Written)} published {writers.Min(w => w.Link.Status.Published)}..{writers.Max(w => w.Link.Status.Published)} entries {(await store.Metadata.ReadAsync(default)).Entries.Length} log {writers.Max(w=>w.Log)} {string.Join(" ", Calls.OrderBy(c => c.Key).Select(c => $"{c.Key}={c.Value}"))} err {string.Join(" | ", writers.Select(w => w.Link.Status).Where(s => s.LastError != null).Select(s => s.Activity + s.LastError!.Message + s.LastError.InnerException?.Message).Take(2))} unread {writers.Sum(w => w.Link.Status.Unreadable.Length)} compfail {writers.Count(w => w.Db.CompactionFailure != null)} rcv {writers.Max(w=>w.Link.Status.Received.Files)}");
            worst = max > worst ? max : worst;
        }

        foreach (Writer writer in writers)
            writer.Stop();
        await Task.WhenAll(writing);
        Console.WriteLine("reader 5 " + string.Join(" ", (await writers[5].SeenAsync()).Select((s, i) => $"{s}/{writers[i].Written}")));
        foreach (Writer writer in writers)
            await writer.DisposeAsync();
    }

    private Task PauseAsync(int least, int most, CancellationToken cancellation = default) =>
        Task.Delay(TimeSpan.FromMilliseconds(least + _dice.Next(most - least)), _time, cancellation);

    private sealed class Writer(FairnessTests test, int number)
    {
        private readonly List<long> _at = [];
        private Database _database = null!;
        private bool _stops;

        public RemoteLink Link { get; private set; } = null!;

        public Database Db => _database;

        public int Number => number;

        public int Log => _database.Log.Length;

        public int Written => _at.Count;

        public void Stop() => _stops = true;

        public async Task AttachAsync(RemoteStore remote)
        {
            var store = new WatchedStore(new MemoryDeviceStore("device", test._time)) { Before = (verb, _) => verb == "put" ? new ValueTask(test.PauseAsync(1, 4)) : default };
            _database = await Database.OpenAsync(
                Fixture.DatabaseName, store, new DatabaseOptions { KeyBag = test._keys, Entropy = new SeededEntropy((ulong)number + 1), Time = test._time });
            if (number == 0)
                await _database.PutAsync(Document.Parse("""{"_id":"first"}"""));
            Link = await _database.AttachAsync(number == 55555 ? remote with { Name = "remote5", Data = new Logged(remote.Data) } : remote with { Name = "remote" + number }, new AttachOptions());
            await Link.WhenUpToDateAsync();
        }

        public async Task WriteAsync()
        {
            while (!_stops)
            {
                await _database.PutAsync(Document.Parse($$"""{"_id":"{{number:d2}}-{{_at.Count + 1}}"}"""));
                _at.Add(test._time.GetTimestamp());
                await test.PauseAsync(600, 1400);
            }
        }

        private readonly int[] _seen = new int[Devices];

        public async Task<int[]> SeenAsync()
        {
            for (int i = 0; i < Devices; i++)
            {
                while (await _database.GetAsync($"{i:d2}-{_seen[i] + 1}") is not null)
                    _seen[i]++;
            }

            return _seen;
        }

        public TimeSpan Behind(int seen, TimeProvider time) => seen >= _at.Count ? TimeSpan.Zero : time.GetElapsedTime(_at[seen]);

        public ValueTask DisposeAsync() => _database.DisposeAsync();
    }

    private sealed class DistantData(FairnessTests test, IDataGateway below) : DataGatewayWrapper(below, leaveOpen: true)
    {
        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            test.Calls[made.Operation] = test.Calls.GetValueOrDefault(made.Operation) + 1;
            await test.PauseAsync(1, 4, cancellation);
            T answer = await proceed(cancellation);
            await test.PauseAsync(1, 4, cancellation);
            return answer;
        }
    }

    private sealed class Logged(IDataGateway below) : DataGatewayWrapper(below, leaveOpen: true)
    {
        private HashSet<string> _seen = [];
        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            T answer = await proceed(cancellation);
            if (made.Operation == GatewayOperation.Get)
                Console.WriteLine($"      get {made.Key[^12..^4]} {(answer is null ? "null" : "")} {(_seen.Add(made.Key) ? "" : "again")}");
            return answer;
        }
    }

    private sealed class DistantHeads(FairnessTests test, IMetadataGateway below, bool push) : MetadataGatewayWrapper(below, leaveOpen: true)
    {
        public override MetadataTraits Traits => base.Traits with { Push = push };

        protected override async ValueTask<T> CallAsync<T>(
            GatewayOperation operation,
            MetaEntry? entry,
            IReadOnlyCollection<Cid> superseded,
            Func<CancellationToken, ValueTask<T>> proceed,
            CancellationToken cancellation)
        {
            test.Calls[operation] = test.Calls.GetValueOrDefault(operation) + 1;
            await test.PauseAsync(1, 4, cancellation);
            T answer = await proceed(cancellation);
            await test.PauseAsync(1, 4, cancellation);
            return answer;
        }
    }
}
