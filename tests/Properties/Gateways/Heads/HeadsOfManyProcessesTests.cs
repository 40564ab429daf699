using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.S3;
using FireproofBench.Properties.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>Writers in several processes, on one database, without a lock. FIREPROOFBENCH_HEADS=16x40 runs 16 writers a process and 40 events each.</summary>
public sealed class HeadsOfManyProcessesTests
{
    private const int Processes = 4;
    private const int ProcessStride = 10_000_000;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<int, int[]> _parents = new();
    private readonly ConcurrentDictionary<int, bool> _acknowledged = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph", "4x5")]
    [InlineData("swift", "2x4")]
    public async Task Every_acknowledged_event_is_a_head_or_an_ancestor_of_one_at_every_reading(string name, string usual)
    {
        S3Server server = await S3Server.RequireAsync(name);
        int[] size = [.. (Environment.GetEnvironmentVariable("FIREPROOFBENCH_HEADS") ?? usual).Split('x').Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway data = server.Open(prefix);
        Task writing = Task.WhenAll(Enumerable.Range(0, Processes).Select(i => WriteAsync(server, prefix, i * ProcessStride, size[0], size[1])));
        int readings = 0;
        do
        {
            int[] before = [.. _acknowledged.Keys];
            await RequireAsync(data, before);
            readings++;
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.Equal(Processes * size[0] * size[1], _acknowledged.Count);
        await RequireAsync(data, [.. _acknowledged.Keys]);
        Assert.True(readings > 1);
        foreach (ObjectInfo left in (await data.ListAsync("", null, 1000, Token)).Objects)
            _ = await data.DeleteAsync(left.Key, null, Token);
    }

    // A fresh reader each time. Where listings lag they must catch up, and a busy machine may need far longer than the bound that is declared for them; a reading that
    // fails says nothing, and is repeated.
    private async Task RequireAsync(S3DataGateway data, int[] acknowledged)
    {
        Stopwatch waited = Stopwatch.StartNew();
        Stopwatch asking = Stopwatch.StartNew();
        while (true)
        {
            MetaReading reading;
            try
            {
                reading = await new MultiObjectHeads(data, TestOptions.Of()).ReadAsync(Token);
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient && asking.Elapsed < _patience)
            {
                waited.Restart();
                continue;
            }

            HashSet<int> reached = [];
            foreach (MetaEntry head in reading.Entries)
                await ReachAsync(HeadsWriterProgram.NumberOf(head), reached);
            int[] missing = [.. acknowledged.Except(reached)];
            if (missing.Length == 0)
                return;
            bool mayLag = !data.Traits.StronglyConsistent && waited.Elapsed < _patience;
            Assert.True(mayLag, $"{missing.Length} of {acknowledged.Length} acknowledged events are neither heads nor ancestors of one, first {missing[0]}");
        }
    }

    // Writers tell the parents before they publish, but the line may still be on its way here.
    private async Task ReachAsync(int head, HashSet<int> reached)
    {
        Stack<int> open = new([head]);
        while (open.TryPop(out int number))
        {
            if (!reached.Add(number))
                continue;
            int[]? parents;
            while (!_parents.TryGetValue(number, out parents))
                await Task.Delay(1, Token);
            foreach (int parent in parents)
                open.Push(parent);
        }
    }

    private async Task WriteAsync(S3Server server, string prefix, int first, int writers, int events)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                [HeadsWriterProgram.Variable] = string.Create(CultureInfo.InvariantCulture, $"{server.Url(prefix)} {first} {writers} {events}"),
                ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
                ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
            },
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(HeadsWriterProgram).Assembly.Location);
        using Process process = Process.Start(start)!;

        // A test that was given up leaves no writers behind.
        await using CancellationTokenRegistration end = Token.Register(process.Kill);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            int[] numbers = [.. line[2..].Split(' ').Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
            if (line[0] == '?')
                _parents[numbers[0]] = numbers[1..];
            else
                _acknowledged[numbers[0]] = true;
        }

        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await error);
    }
}
