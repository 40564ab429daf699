using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Network;
using FireproofBench.Simulation.Telling;
using Xunit;

namespace FireproofBench.Properties.Simulation.Network;

/// <summary>What the network sees of the order of heads and files, over heads that are kept apart from objects and over each form of those that are not.</summary>
public sealed class WireTests
{
    private static readonly Cid s_car = Cid.Of(CidCodec.Raw, [1]);
    private static readonly Cid s_other = Cid.Of(CidCodec.Raw, [2]);

    public static TheoryData<string> Stores => new("sim:strong?push=sound", "sim:strong?heads=objects", "sim:strong?heads=single");

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_head_whose_file_is_not_there_is_seen(string store) => Run(store, [Claim.FilesFirst], async device =>
        await PublishAsync(device, s_car, []));

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_head_whose_file_is_there_is_in_order(string store) => Run(store, [], async device =>
    {
        await PutAsync(device, s_car);
        await PublishAsync(device, s_car, []);
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_file_that_goes_while_its_head_stands_is_seen(string store) => Run(store, [Claim.FilesFirst], async device =>
    {
        await PutAsync(device, s_car);
        await PublishAsync(device, s_car, []);
        _ = await device.Data.DeleteAsync(DataFiles.KeyOfCar(s_car), null, CancellationToken.None);
    });

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_file_may_go_once_a_later_head_replaced_the_one_that_named_it(string store) => Run(store, [], async device =>
    {
        await PutAsync(device, s_car);
        await PutAsync(device, s_other);
        Cid first = await PublishAsync(device, s_car, []);
        _ = await PublishAsync(device, s_other, [first]);
        _ = await device.Data.DeleteAsync(DataFiles.KeyOfCar(s_car), null, CancellationToken.None);
    });

    private static async Task PutAsync(IDeviceStore device, Cid car) =>
        _ = await device.Data.PutAsync(DataFiles.KeyOfCar(car), new byte[] { 1 }, PutCondition.None, CancellationToken.None);

    private static async Task<Cid> PublishAsync(IDeviceStore device, Cid car, Cid[] former)
    {
        MetaEntry entry = MetaPayload.Write(new CarGroup([car]), [.. former]);
        await device.Metadata.PublishAsync(entry, former, CancellationToken.None);
        return entry.Cid;
    }

    private static void Run(string store, Claim[] broken, Func<IDeviceStore, Task> doing)
    {
        VirtualWorld world = new();
        Witness witness = new(world.Time);
        StoreSite site = new(new SimulatedStore(SimulatedUrl.Parse(store), new GatewayOptions { Time = world.Time, Entropy = new Dice(1, "stores") }), "store");
        Wire wire = new(world, new WireShape(), new Dice(1, "wire"), new Trace(world.Time, isKept: false), witness, "A", site);
        site.Connect(wire);
        world.Run(
            async _ =>
            {
                await using IDeviceStore device = site.Store.OpenDatabase(Scene.Prefix, Scene.DatabaseName, way: wire);
                await doing(device);
            },
            CancellationToken.None);
        Assert.Equal(broken, witness.Violations.Select(static violation => violation.Claim));
    }
}
