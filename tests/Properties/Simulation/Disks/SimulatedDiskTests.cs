using System.Text;
using FireproofBench.Gateways.Filesystem;
using Xunit;

namespace FireproofBench.Properties.Simulation.Disks;

public sealed class SimulatedDiskTests
{
    [Fact]
    public void What_was_synced_survives_a_power_cut_and_what_was_not_may_be_lost()
    {
        SimulatedDisk disk = WithFolder();
        Write(disk, "/data/kept", "whole", syncs: true);
        disk.SyncFolder("/data");
        Write(disk, "/data/nameless", "whole", syncs: true);
        Assert.Equal("whole", Read(disk.AfterPowerCut(0, LostContent.All), "/data/kept"));
        Assert.Null(Read(disk.AfterPowerCut(0, LostContent.All), "/data/nameless"));
        Assert.Equal("whole", Read(disk.AfterPowerCut(1, LostContent.All), "/data/nameless"));
    }

    [Fact]
    public void A_name_can_reach_the_medium_before_the_content()
    {
        SimulatedDisk disk = WithFolder();
        Write(disk, "/data/torn", "abcdef", syncs: false);
        disk.SyncFolder("/data");
        Assert.Equal("", Read(disk.AfterPowerCut(0, LostContent.All), "/data/torn"));
        Assert.Equal("abc", Read(disk.AfterPowerCut(0, LostContent.Half), "/data/torn"));
        Assert.Equal("abcdef", Read(disk.AfterPowerCut(0, LostContent.Nothing), "/data/torn"));
    }

    [Fact]
    public void A_rename_happens_whole_or_not_at_all()
    {
        SimulatedDisk disk = WithFolder();
        Write(disk, "/data/old", "old", syncs: true);
        Write(disk, "/data/new", "new", syncs: true);
        disk.SyncFolder("/data");
        disk.Rename("/data/new", "/data/old");
        SimulatedDisk before = disk.AfterPowerCut(0, LostContent.All);
        Assert.Equal(("old", "new"), (Read(before, "/data/old"), Read(before, "/data/new")));
        SimulatedDisk after = disk.AfterPowerCut(1, LostContent.All);
        Assert.Equal(("new", null), (Read(after, "/data/old"), Read(after, "/data/new")));
    }

    [Fact]
    public void Without_its_folder_a_file_is_out_of_reach()
    {
        SimulatedDisk disk = new();
        disk.MakeFolder("/data", ownerOnly: false);
        Write(disk, "/data/file", "whole", syncs: true);
        disk.SyncFolder("/data");
        Assert.Null(Read(disk.AfterPowerCut(0, LostContent.Nothing), "/data/file"));
        disk.SyncFolder("/");
        Assert.Equal("whole", Read(disk.AfterPowerCut(0, LostContent.All), "/data/file"));
    }

    [Fact]
    public void When_the_steps_are_used_up_nothing_is_done_any_more()
    {
        SimulatedDisk disk = WithFolder();
        disk.StepsLeft = 1;
        disk.CreateFile("/data/one", ownerOnly: false).Dispose();
        Assert.False(disk.IsOff);
        Assert.Throws<DiskException>(() => disk.CreateFile("/data/two", ownerOnly: false));
        Assert.True(disk.IsOff);
        Assert.Throws<DiskException>(() => disk.Stat("/data/one"));
        Assert.NotNull(disk.AfterPowerCut(disk.UnsyncedNames, LostContent.All).Stat("/data/one"));
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_says_so()
    {
        SimulatedDisk disk = WithFolder();
        disk.Room = 4;
        using IDiskFile file = disk.CreateFile("/data/big", ownerOnly: false);
        DiskException full = Assert.Throws<DiskException>(() => file.Write("too much"u8));
        Assert.Equal(DiskFailure.NoSpace, full.Failure);
        Assert.Equal("too ", Read(disk, "/data/big"));
        Assert.Throws<DiskException>(() => disk.CreateFile("/data/more", ownerOnly: false));
    }

    private static SimulatedDisk WithFolder()
    {
        SimulatedDisk disk = new();
        disk.MakeFolder("/data", ownerOnly: false);
        disk.SyncFolder("/");
        return disk;
    }

    private static void Write(SimulatedDisk disk, string path, string text, bool syncs)
    {
        using IDiskFile file = disk.CreateFile(path, ownerOnly: false);
        file.Write(Encoding.ASCII.GetBytes(text));
        if (syncs)
            file.Sync();
    }

    private static string? Read(SimulatedDisk disk, string path) => disk.Read(path, 0, 100, 100) is { } content ? Encoding.ASCII.GetString(content.Bytes) : null;
}
