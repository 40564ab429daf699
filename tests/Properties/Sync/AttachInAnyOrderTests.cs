using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Devices that write, compact, detach and come back, in an order that a seed gives.</summary>
public sealed class AttachInAnyOrderTests : AttachedDevices
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 12).Select(static seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Devices_that_write_compact_detach_and_come_back_end_the_same(ulong seed)
    {
        const int Devices = 4;
        var dice = new SeededDice(seed);
        WatchedStore[] stores = [.. Enumerable.Range(0, Devices).Select(static _ => new WatchedStore())];
        var devices = new Database[Devices];
        var links = new RemoteLink?[Devices];
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Devices; i++)
            devices[i] = await DeviceAsync((ulong)i + 1, stores[i], CompactionMode.Automatic);
        await devices[0].PutAsync(Document.Parse("""{"_id":"first"}"""));
        links[0] = await AttachAsync(devices[0]);
        await links[0]!.WhenUpToDateAsync(Token);
        for (int i = 1; i < Devices; i++)
            await (links[i] = await AttachAsync(devices[i])).WhenUpToDateAsync(Token);
        for (int step = 0; step < 150; step++)
        {
            int d = dice.Next(Devices);
            switch (dice.Next(12))
            {
                case 0:
                    if (links[d] is { } link)
                        await link.DisposeAsync();
                    links[d] = null;
                    break;
                case 1:
                    links[d] ??= await AttachAsync(devices[d]);
                    break;
                case 2:
                    await devices[d].CompactAsync(Token);
                    break;
                case 3:
                    await devices[d].DisposeAsync();
                    devices[d] = await DeviceAsync((ulong)(100 + step), stores[d], CompactionMode.Automatic);
                    links[d] = null;
                    break;
                case 4:
                    await devices[d].DeleteAsync($"shared-{dice.Next(5)}", Token);
                    break;
                case 5:
                    await devices[d].PutAsync(Document.Parse($$"""{"_id":"shared-{{dice.Next(5)}}","step":{{step}}}"""));
                    break;
                default:
                    await devices[d].PutAsync(Document.Parse($$"""{"_id":"own-{{d}}-{{step}}","step":{{step}}}"""));
                    acknowledged.Add($"own-{d}-{step}");
                    break;
            }
        }

        for (int i = 0; i < Devices; i++)
            links[i] ??= await AttachAsync(devices[i]);
        await SettleAsync([.. links!]);
        for (int i = 0; i < Devices; i++)
        {
            await SameAsync(devices[0], devices[i], null);
            Assert.Subset((await DatabaseView.RowsAsync(devices[i])).Select(static row => row.Id).ToHashSet(), acknowledged);
        }

        foreach (Database device in devices)
            await device.DisposeAsync();
        await using Database fresh = await DeviceAsync(999);
        await (await AttachAsync(fresh)).WhenUpToDateAsync(Token);
        Assert.Subset((await DatabaseView.RowsAsync(fresh)).Select(static row => row.Id).ToHashSet(), acknowledged);
    }
}
