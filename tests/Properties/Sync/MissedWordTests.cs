using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>What the provider tells at the worst moment is looked at all the same, and not only by the check that comes an hour later.</summary>
public sealed class MissedWordTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly MemoryDeviceStore _remote = new("remote", TimeProvider.System);

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_head_that_is_told_while_a_round_begins_is_taken_in()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        HookedTime time = new();
        await using ToldByHand heads = new(_remote.Metadata);
        await using Database writer = await DeviceAsync(1, TimeProvider.System, cancellation);
        await using Database reader = await DeviceAsync(2, time, cancellation);
        await writer.PutAsync(Document.Parse("""{"_id":"first"}"""), cancellation);
        await using RemoteLink up = await AttachAsync(writer, _remote.Metadata, cancellation);
        await up.WhenUpToDateAsync(cancellation);
        await using RemoteLink down = await AttachAsync(reader, heads, cancellation);
        await down.WhenUpToDateAsync(cancellation);
        await writer.PutAsync(Document.Parse("""{"_id":"second"}"""), cancellation);
        await up.WhenSentAsync(cancellation);
        MetaReading reading = await _remote.Metadata.ReadAsync(cancellation);

        // A round that is due to a write here asks how long ago the last look was; at that very moment the provider tells of the other device's head.
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        time.Asked = () =>
        {
            heads.Tell(reading);
            told.TrySetResult();
        };
        await reader.PutAsync(Document.Parse("""{"_id":"third"}"""), cancellation);
        await told.Task.WaitAsync(cancellation);
        while (await reader.GetAsync("second", cancellation) is null)
            await Task.Delay(10, cancellation);
    }

    private ValueTask<Database> DeviceAsync(ulong seed, TimeProvider time, CancellationToken cancellation) => Database.OpenAsync(
        Fixture.DatabaseName, new WatchedStore(), new DatabaseOptions { KeyBag = _keys, Entropy = new SeededEntropy(seed), Time = time }, cancellation);

    private ValueTask<RemoteLink> AttachAsync(Database database, IMetadataGateway heads, CancellationToken cancellation) =>
        database.AttachAsync(new RemoteStore("remote", _remote.Data, heads), new AttachOptions { CheckInterval = TimeSpan.FromHours(1) }, cancellation);

    /// <summary>Calls back once when somebody asks for a moment to measure from.</summary>
    private sealed class HookedTime : TimeProvider
    {
        private Action? _asked;

        public Action? Asked
        {
            set => _asked = value;
        }

        public override long GetTimestamp()
        {
            Interlocked.Exchange(ref _asked, null)?.Invoke();
            return base.GetTimestamp();
        }
    }

    /// <summary>Tells of heads when the test says so, and knows when they were heard.</summary>
    private sealed class ToldByHand(IMetadataGateway below) : IMetadataGateway
    {
        private readonly Channel<MetaReading> _told = Channel.CreateUnbounded<MetaReading>();
        private readonly SemaphoreSlim _heard = new(0);

        public MetadataTraits Traits => below.Traits with { Push = true };

        /// <summary>Returns when the subscriber has dealt with it and asks for the next.</summary>
        public void Tell(MetaReading reading)
        {
            _told.Writer.TryWrite(reading);
            _heard.Wait();
        }

        public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => below.ReadAsync(cancellation);

        public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) => below.PublishAsync(entry, superseded, cancellation);

        public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (MetaReading reading in _told.Reader.ReadAllAsync(cancellation))
            {
                yield return reading;
                _heard.Release();
            }
        }

        public ValueTask DisposeAsync()
        {
            _heard.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
