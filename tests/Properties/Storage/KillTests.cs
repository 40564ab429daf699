using System.Diagnostics;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>A process that writes and compacts is killed (SIGKILL) at random moments, over and over on one folder.</summary>
/// <param name="output">Tells the figures.</param>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 56;

    private const int MostAcknowledgements = 25;

    /// <summary>Durability and seed of each folder: 224 kills together.</summary>
    public static TheoryData<Durability, ulong> Folders => new() { { Durability.Os, 11 }, { Durability.Fsync, 12 } };

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task No_acknowledged_write_is_lost_and_every_opening_succeeds(Durability durability, ulong seed)
    {
        // Two folders at once: while one writer starts, the other is written to and killed.
        Task<int>[] lanes = [KillAsync(durability, seed), KillAsync(durability, seed + 100)];
        int[] acknowledged = await Task.WhenAll(lanes);
        output.WriteLine($"{durability}, seed {seed}: {lanes.Length * Kills} kills, {acknowledged.Sum()} acknowledged writes");
    }

    private static async Task<int> KillAsync(Durability durability, ulong seed)
    {
        using var folder = new TemporaryFolder();
        var dice = new SeededDice(seed);
        var writes = new AcknowledgedWrites();
        WriterOrder NextOrder() => new(folder.At("db"), folder.At("keybag"), durability, dice.NextBits(), "doc-", int.MaxValue, CompactsInPercent: 6);

        WriterOrder order = NextOrder();
        Process next = order.Start();
        for (int kill = 0; kill < Kills; kill++)
        {
            // The next writer starts while this one works; it does nothing before it is told to.
            using Process writer = next;
            next = (order = NextOrder()).Start();
            try
            {
                await KillOneAsync(writer, dice, writes);
                await using Database database = await WriterProgram.OpenAsync(order, CompactionMode.Manual);
                await writes.CheckAsync(database);
                Assert.True(database.Log.Length < 100, $"{database.Log.Length} groups");
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}, kill {kill}, write {writes.Last}: {failure.Message}", failure);
            }
        }

        using (next)
        {
            next.Kill();
            await next.WaitForExitAsync();
        }

        Assert.True(writes.Acknowledged > Kills, "the writers were killed before they wrote anything");
        return writes.Acknowledged;
    }

    private static async Task KillOneAsync(Process writer, SeededDice dice, AcknowledgedWrites writes)
    {
        await writer.StandardInput.WriteLineAsync((writes.Last + 1).ToString(CultureInfo.InvariantCulture));
        await writer.StandardInput.FlushAsync();
        int left = dice.Next(MostAcknowledgements);
        while (left > 0)
        {
            string line = await writer.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the writer ended by itself");
            if (writes.Read(line))
                left--;
        }

        // Somewhere in the next write or compaction: up to two milliseconds on.
        long until = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 1000 * dice.Next(200) / 100);
        while (Stopwatch.GetTimestamp() < until)
            Thread.SpinWait(20);
        writer.Kill();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
            writes.Read(line);
        await writer.WaitForExitAsync();
    }
}
