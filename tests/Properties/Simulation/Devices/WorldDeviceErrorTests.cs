using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;
using Xunit;

namespace FireproofBench.Properties.Simulation.Devices;

/// <summary>Which failures of a device's own store a step may tell of, and which are surprises.</summary>
public sealed class WorldDeviceErrorTests
{
    private readonly VirtualWorld _world = new();
    private readonly Witness _witness;

    public WorldDeviceErrorTests() => _witness = new Witness(_world.Time);

    [Theory]
    [InlineData(StorageErrorKind.Transient)]
    [InlineData(StorageErrorKind.Throttled)]
    [InlineData(StorageErrorKind.Ambiguous)]
    public void What_passes_is_foreseen_where_files_come_over_a_network_and_that_or_a_store_has_faults(StorageErrorKind kind)
    {
        Put(Features.OnDemand | Features.BadNetwork, Failure(kind));
        Put(Features.OnDemand, Failure(kind), StepKind.CutOff);
        Put(Features.OnDemand, Failure(kind), StepKind.RestartStore);
        Assert.Empty(_witness.Violations);
        Put(Features.OnDemand, Failure(kind));
        _ = Accused(Claim.NoSurprises);
    }

    [Theory]
    [InlineData(StorageErrorKind.Transient)]
    [InlineData(StorageErrorKind.Throttled)]
    [InlineData(StorageErrorKind.Ambiguous)]
    public void What_only_a_network_does_is_a_surprise_where_all_files_are_at_hand(StorageErrorKind kind)
    {
        Put(Features.BadNetwork, Failure(kind), StepKind.CutOff, StepKind.RestartStore);
        _ = Accused(Claim.NoSurprises);
    }

    [Fact]
    public void A_want_of_room_is_foreseen_where_something_is_filled()
    {
        Put(Features.None, Failure(StorageErrorKind.NoSpace), StepKind.FillDisk);
        Put(Features.None, Failure(StorageErrorKind.NoSpace), StepKind.FillStore);
        Assert.Empty(_witness.Violations);
        Put(Features.BadNetwork, Failure(StorageErrorKind.NoSpace));
        _ = Accused(Claim.NoSurprises);
    }

    [Theory]
    [InlineData(StorageErrorKind.Transient)]
    [InlineData(StorageErrorKind.Throttled)]
    [InlineData(StorageErrorKind.Ambiguous)]
    [InlineData(StorageErrorKind.NoSpace)]
    [InlineData(StorageErrorKind.Corrupt)]
    [InlineData(StorageErrorKind.NotAuthorized)]
    [InlineData(StorageErrorKind.Permanent)]
    [InlineData(StorageErrorKind.InvalidName)]
    public void What_no_fault_of_the_world_makes_is_a_surprise(StorageErrorKind kind)
    {
        Put(Features.None, Failure(kind));
        Assert.StartsWith("A at step 1 Put: StorageException: put 'file': it fails", Accused(Claim.NoSurprises), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_damaged_is_foreseen_where_files_are_damaged()
    {
        Put(Features.DamagedFiles, Failure(StorageErrorKind.Corrupt));
        Assert.Empty(_witness.Violations);
        Put(Features.DamagedFiles, Failure(StorageErrorKind.NotAuthorized));
        _ = Accused(Claim.NoSurprises);
    }

    [Fact]
    public void A_key_that_is_unknown_is_foreseen_where_keys_are_rotated()
    {
        Put(Features.None, Failure(StorageErrorKind.NotAuthorized), StepKind.RotateKey);
        Assert.Empty(_witness.Violations);
        Put(Features.None, Failure(StorageErrorKind.Corrupt), StepKind.RotateKey);
        _ = Accused(Claim.NoSurprises);
    }

    [Fact]
    public void A_key_that_is_unknown_is_a_surprise_where_none_is_rotated_although_that_may_happen()
    {
        Put(Features.KeyRotation, Failure(StorageErrorKind.NotAuthorized));
        _ = Accused(Claim.NoSurprises);
    }

    [Fact]
    public void A_failure_that_is_none_of_a_store_is_a_surprise()
    {
        Put(Features.None, new InvalidOperationException("it fails"));
        Assert.Contains("InvalidOperationException: it fails", Accused(Claim.NoSurprises), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_that_tells_a_part_of_a_document_is_found_although_it_passes_and_so_is_its_cause()
    {
        Put(Features.OnDemand | Features.BadNetwork, new StorageException(StorageErrorKind.Transient, "put", "file", "it fails", new InvalidOperationException($"at {Scene.Mark}few-0")));
        Assert.EndsWith($"an error holds a part of a document: at {Scene.Mark}few-0", Accused(Claim.Secrecy), StringComparison.Ordinal);
    }

    private static StorageException Failure(StorageErrorKind kind) => new(kind, "put", "file", "it fails");

    private string Accused(Claim claim)
    {
        Violation violation = Assert.Single(_witness.Violations);
        Assert.Equal(claim, violation.Claim);
        return violation.Evidence;
    }

    private void Put(Features features, Exception failure, params ImmutableArray<StepKind> steps) => _world.Run(
        async _ =>
        {
            Plan plan = new()
            {
                Seed = 1,
                Store = "sim:strong",
                Devices = 1,
                Features = features,
                Steps = [.. steps.Select(static kind => new Step(2, TimeSpan.Zero, 0, kind, 1))],
                PollInterval = TimeSpan.FromSeconds(1),
                Latency = TimeSpan.FromMilliseconds(1),
            };
            Scene scene = new(plan, _world, new Trace(_world.Time, isKept: false), _witness, [], new WireShape()) { Kept = new KeptSnapshots(isOrdered: true), IsLate = false, HasOutages = false };
            FailingMedium medium = new(_world.Time);
            WorldDevice device = new(scene, 0, medium);
            device.Start();
            await device.WhenUpToDateAsync();
            medium.Failure = failure;
            device.Begin(new Step(1, TimeSpan.Zero, 0, StepKind.Put, 7));
            await device.WhenUpToDateAsync();
            Assert.True(medium.Failures > 0);
        },
        CancellationToken.None);

    // Memory whose puts fail once somebody says so.
    private sealed class FailingMedium(VirtualTime time) : ILocalMedium
    {
        public Exception? Failure { get; set; }

        public int Failures { get; private set; }

        public IKeyBag Keys => throw new NotSupportedException();

        public IDeviceStore Open(GatewayOptions options) => new Handle(this, new MemoryDeviceStore(Scene.DatabaseName, time));

        public void CutPower(Dice dice)
        {
            // It is no disk.
        }

        public IAsyncEnumerable<(string Name, ReadOnlyMemory<byte> Content)> FilesAsync() => throw new NotSupportedException();

        private sealed class Handle(FailingMedium medium, IDeviceStore store) : IDeviceStore
        {
            public IDataGateway Data { get; } = new Objects(medium, store.Data);

            public IMetadataGateway Metadata => store.Metadata;

            public IWriteAheadLog WriteAheadLog => store.WriteAheadLog;

            public ICommitLock CommitLock => store.CommitLock;

            public ValueTask PrepareAsync(CancellationToken cancellation) => store.PrepareAsync(cancellation);

            public ValueTask DestroyAsync(CancellationToken cancellation) => store.DestroyAsync(cancellation);

            public ValueTask DisposeAsync() => store.DisposeAsync();
        }

        private sealed class Objects(FailingMedium medium, IDataGateway data) : DataGatewayWrapper(data, leaveOpen: true)
        {
            protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
            {
                if (medium.Failure is not { } failure || made.Operation != GatewayOperation.Put)
                    return proceed(cancellation);
                medium.Failures++;
                return ValueTask.FromException<T>(failure);
            }
        }
    }
}
