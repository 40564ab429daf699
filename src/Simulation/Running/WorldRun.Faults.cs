using FireproofBench.Simulation.Devices;
using FireproofBench.Simulation.Disks;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Running;

/// <content>What happens to devices and stores from outside. Each fault ends by itself.</content>
internal sealed partial class WorldRun
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private async Task ReviveAsync(WorldDevice device, Dice dice)
    {
        TimeSpan pause = TimeSpan.FromSeconds(dice.OneIn(4) ? 20 * dice.Fraction() : dice.Fraction());

        // A process that has nothing to do dies later than it should.
        for (int looks = 0; device.IsOn && looks < 5; looks++)
            await _scene.DelayAsync(s_look);
        device.Kill();
        await _scene.DelayAsync(pause);
        device.Start();
    }

    private async Task CutPowerAsync(WorldDevice device, Dice dice)
    {
        if (!device.IsOn || device.Medium is not DiskMedium medium)
            return;
        _trace.Add(device.Name, TraceKind.Fault, "its power fails");
        SimulatedDisk disk = medium.Disk;
        disk.StepsLeft = dice.OneIn(3) ? 0 : dice.Below(40);
        for (int looks = 0; !disk.IsOff && looks < 5; looks++)
            await _scene.DelayAsync(s_look);
        device.Kill();
        medium.CutPower(dice);
        await _scene.DelayAsync(TimeSpan.FromSeconds(5 * dice.Fraction()));
        device.Start();
    }

    private async Task FillDiskAsync(WorldDevice device, Dice dice)
    {
        if (device.Medium is not DiskMedium medium)
            return;
        medium.Fill(dice.Below(5000));
        _trace.Add(device.Name, TraceKind.Fault, "its disk is full");
        await _scene.DelayAsync(TimeSpan.FromSeconds(10 * dice.Fraction()));
        medium.Clear();
        _trace.Add(device.Name, TraceKind.Fault, "its disk has room");
    }

    private async Task CutOffAsync(WorldDevice device, Dice dice)
    {
        int store = dice.Below(_scene.Sites.Length);
        device.Cut(store);
        _trace.Add(device.Name, TraceKind.Fault, "is cut off", _scene.Sites[store].Name);
        await _scene.DelayAsync(TimeSpan.FromSeconds((dice.OneIn(4) ? 25 : 5) * dice.Fraction()));
        device.Connect(store);
        _trace.Add(device.Name, TraceKind.Fault, "is connected", _scene.Sites[store].Name);
    }

    private async Task FillStoreAsync(Dice dice)
    {
        int store = dice.Below(_scene.Sites.Length);
        _scene.Sites[store].Fill();
        _trace.Add(_scene.Sites[store].Name, TraceKind.Fault, "is full");
        await _scene.DelayAsync(TimeSpan.FromSeconds(15 * dice.Fraction()));
        _scene.Sites[store].Clear();
        _trace.Add(_scene.Sites[store].Name, TraceKind.Fault, "has room");
    }

    private async Task RestartStoreAsync(Dice dice)
    {
        int store = dice.Below(_scene.Sites.Length);
        _trace.Add(_scene.Sites[store].Name, TraceKind.Fault, "restarts");
        await _scene.Sites[store].Store.RestartAsync(CancellationToken.None);
        if (!_plan.Has(Features.StoreRestarts))
            return;
        _scene.Sites[store].GoAway();
        await _scene.DelayAsync(TimeSpan.FromSeconds((dice.OneIn(4) ? 20 : 3) * dice.Fraction()));
        _scene.Sites[store].ComeBack();
        _trace.Add(_scene.Sites[store].Name, TraceKind.Fault, "is back");
    }
}
