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
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-folder-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_disk_that_fills_is_told_of_and_leaves_no_half_result()
    {
        LoadManifest manifest = new()
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
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        LoadFolder folder = LoadFolder.Create(_folder.FullName, manifest, DateTimeOffset.UnixEpoch, static path => new FullDisk(path));
        IntervalRow row = recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, null);
        Assert.Throws<IOException>(() =>
        {
            for (int i = 0; i < 1000; i++)
                folder.Add(row);
        });
        Assert.Throws<IOException>(() => folder.Write(LoadFolder.PageFile, static page => page.Write(new byte[1000], 0, 1000)));
        Assert.Throws<IOException>(folder.Finish);
        folder.Dispose();
        Assert.Equal([LoadFolder.HistogramFile, LoadFolder.SeriesFile], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private sealed class FullDisk(string path) : FileStream(path, FileMode.Create)
    {
        private const long Room = 500;

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Position + count > Room)
                throw new IOException("No space left on device");
            base.Write(buffer, offset, count);
        }
    }
}
