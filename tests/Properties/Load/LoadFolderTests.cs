using System.Collections.Immutable;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class LoadFolderTests : IDisposable
{
    private static readonly LoadManifest s_manifest = new()
    {
        Scenario = ScenarioBook.Find("raw-put")!,
        Url = "memory:",
        Provider = "memory",
        Seed = 7,
        Plan = new LoadPlan([new Inject(1, TimeSpan.FromSeconds(1))]),
        Workers = 1,
        Settings = new ScenarioSettings(),
        Version = "1",
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-folder-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_disk_that_fills_is_told_of_and_leaves_no_half_result()
    {
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        LoadFolder folder = LoadFolder.Create(_folder.FullName, s_manifest, DateTimeOffset.UnixEpoch, static path => new FullDisk(path, room: 500));
        IntervalRow row = recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, null);
        Assert.Throws<IOException>(() =>
        {
            for (int i = 0; i < 1000; i++)
                folder.Add(row);
        });
        Assert.Throws<IOException>(() => folder.Write(LoadFolder.PageFile, static page => page.Write(new byte[1000], 0, 1000)));
        folder.Dispose();
        Assert.Equal([LoadFolder.HistogramFile, LoadFolder.SeriesFile], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_still_was_on_its_way_to_a_full_disk_is_told_of_in_the_end()
    {
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        using LoadFolder folder = LoadFolder.Create(_folder.FullName, s_manifest, DateTimeOffset.UnixEpoch, static path => new FullDisk(path, room: 10));
        folder.Add(recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, null));
        Assert.Throws<IOException>(folder.Finish);
    }

    private sealed class FullDisk(string path, long room) : FileStream(path, FileMode.Create)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Position + count > room)
                throw new IOException("No space left on device");
            base.Write(buffer, offset, count);
        }
    }
}
