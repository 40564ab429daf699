using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>The memory of a file while it is made is lent, and given back when the store has the file.</summary>
public sealed class FileMemoryTests
{
    [Fact]
    public async Task What_a_failed_put_may_still_be_reading_is_not_written_over_by_the_commits_after_it()
    {
        await using var store = new AbandonedPuts();
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(store));
        await PutAsync(0);
        store.FailNext();
        _ = await Assert.ThrowsAsync<StorageException>(async () => await PutAsync(1));
        for (int i = 2; i <= 32; i++)
            await PutAsync(i);
        Assert.Equal(store.Sent, store.StillRead.ToArray());

        ValueTask<PutResult> PutAsync(int number) => database.PutAsync(Document.Parse($$"""{"_id":"document-{{number:d2}}","text":"{{new string((char)('a' + (number % 26)), 3000)}}"}"""));
    }

    // The first put of a file, once it is told to, fails and goes on reading what it was given: as a request does whose answer was given up.
    private sealed class AbandonedPuts : IDeviceStore
    {
        private readonly MemoryDeviceStore _below = new("abandoned", TimeProvider.System);
        private readonly Failing _data;

        public AbandonedPuts() => _data = new Failing(_below.Data);

        public IDataGateway Data => _data;

        public IMetadataGateway Metadata => _below.Metadata;

        public IWriteAheadLog WriteAheadLog => _below.WriteAheadLog;

        public ICommitLock CommitLock => _below.CommitLock;

        public ReadOnlyMemory<byte> StillRead => _data.StillRead;

        public byte[] Sent => _data.Sent;

        public void FailNext() => _data.FailsNext = true;

        public ValueTask PrepareAsync(CancellationToken cancellation) => _below.PrepareAsync(cancellation);

        public ValueTask DestroyAsync(CancellationToken cancellation) => _below.DestroyAsync(cancellation);

        public async ValueTask DisposeAsync()
        {
            await _data.DisposeAsync();
            await _below.DisposeAsync();
        }

        private sealed class Failing(IDataGateway data) : DataGatewayWrapper(data, leaveOpen: true)
        {
            public bool FailsNext { get; set; }

            public ReadOnlyMemory<byte> StillRead { get; private set; }

            public byte[] Sent { get; private set; } = [];

            public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
            {
                if (!FailsNext)
                    return Inner.PutAsync(key, content, condition, cancellation);
                (FailsNext, StillRead, Sent) = (false, content, content.ToArray());
                throw new StorageException(StorageErrorKind.Permanent, "put", key, "the test wants it so");
            }
        }
    }
}
