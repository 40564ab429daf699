using System.Diagnostics;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>Without sync, deleted small files take the next contents; nobody must ever notice.</summary>
public sealed class SpareFileTests
{
    private const int Rounds = 3_000;

    [Fact]
    public async Task Readers_never_see_the_content_that_a_deleted_file_took_next()
    {
        using var folder = new TemporaryFolder();
        await using FileDataGateway gateway = Open(folder);
        string[] keys = [.. Enumerable.Range(0, 8).Select(static i => $"data/key{i}")];
        using var done = new CancellationTokenSource();
        Task<long>[] readers = [ReadAsync(gateway, keys, done.Token), ReadAsync(gateway, keys, done.Token)];
        for (int i = 0; i < Rounds; i++)
        {
            string key = keys[i % keys.Length];
            await gateway.PutAsync(key, Content(key, i), PutCondition.None, CancellationToken.None);
            await gateway.DeleteAsync(keys[(i + 3) % keys.Length], null, CancellationToken.None);
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers), static read => Assert.True(read > 0));
    }

    [Fact]
    public async Task A_backup_by_a_hard_link_keeps_what_it_had_when_the_file_is_deleted_and_others_are_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "hard links are made with ln");
        using var folder = new TemporaryFolder();
        await using FileDataGateway gateway = Open(folder);
        await gateway.PutAsync("data/kept", Content("data/kept", 1), PutCondition.None, CancellationToken.None);
        using (Process link = Process.Start("ln", [folder.At("data", "kept"), folder.At("backup")]))
            await link.WaitForExitAsync();

        await gateway.DeleteAsync("data/kept", null, CancellationToken.None);
        for (int i = 0; i < 100; i++)
            await gateway.PutAsync($"data/next{i}", Content($"data/next{i}", i), PutCondition.None, CancellationToken.None);

        Assert.Equal(Content("data/kept", 1).ToArray(), await File.ReadAllBytesAsync(folder.At("backup")));
    }

    [Fact]
    public async Task A_shorter_content_leaves_no_tail_of_the_deleted_one()
    {
        using var folder = new TemporaryFolder();
        await using FileDataGateway gateway = Open(folder);
        await gateway.PutAsync("data/long", new byte[40_000], PutCondition.None, CancellationToken.None);
        await gateway.DeleteAsync("data/long", null, CancellationToken.None);
        await gateway.PutAsync("data/short", new byte[] { 1, 2, 3 }, PutCondition.None, CancellationToken.None);

        ObjectContent? read = await gateway.GetAsync("data/short", null, CancellationToken.None);
        Assert.Equal([1, 2, 3], read!.Bytes.ToArray());
    }

    private static FileDataGateway Open(TemporaryFolder folder) =>
        new(folder.Path, new GatewayOptions { Time = TimeProvider.System, Entropy = new SeededEntropy(1), Durability = Durability.Os });

    private static ReadOnlyMemory<byte> Content(string key, int round) => Enumerable.Repeat((byte)(key[^1] ^ 0x5a), 200 + (round % 7 * 500)).ToArray();

    private static Task<long> ReadAsync(FileDataGateway gateway, string[] keys, CancellationToken until) => Task.Run(
        async () =>
        {
            long read = 0;
            for (int i = 0; !until.IsCancellationRequested || read == 0; i++)
            {
                string key = keys[i % keys.Length];
                if (await gateway.GetAsync(key, null, CancellationToken.None) is not { } content)
                    continue;
                Assert.Equal(-1, content.Bytes.Span.IndexOfAnyExcept((byte)(key[^1] ^ 0x5a)));
                read++;
            }

            return read;
        },
        CancellationToken.None);
}
