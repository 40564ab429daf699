using FireproofBench.Engine.Ports;
using Xunit;

namespace FireproofBench.Properties.Gateways;

/// <content>Conditional writes and deletes, one at a time and in races.</content>
public abstract partial class DataGatewayContract
{
    [Fact]
    public async Task One_of_32_creators_wins_and_the_bytes_are_its_own()
    {
        if (!Gateway.Traits.ConditionalCreate)
        {
            Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => Gateway.PutAsync("r", Bytes(1, 1), PutCondition.IfAbsent, Token).AsTask()));
            Assert.Empty(await KeysAsync("", 10));
            return;
        }

        for (int round = 0; round < Short(20); round++)
        {
            string key = $"race/{round}";
            int[] winners = await RaceAsync(32, i => Gateway.PutAsync(key, Bytes(2000, i), PutCondition.IfAbsent, Token).AsTask());
            int winner = Assert.Single(winners);
            Assert.Equal(Bytes(2000, winner), (await Gateway.GetAsync(key, null, Token))!.Bytes.ToArray());
        }
    }

    [Fact]
    public async Task One_of_32_replacers_of_a_version_wins()
    {
        string version = await Gateway.PutAsync("cas", Bytes(50, 99), PutCondition.None, Token);
        if (!Gateway.Traits.ConditionalReplace)
        {
            Assert.Equal(StorageErrorKind.Unsupported, await KindAsync(() => Gateway.PutAsync("cas", Bytes(50, 1), PutCondition.IfMatches(version), Token).AsTask()));
            Assert.Equal(Bytes(50, 99), (await Gateway.GetAsync("cas", null, Token))!.Bytes.ToArray());
            return;
        }

        // Contents of their own in each round: a version that is a hash of the content comes back with it.
        for (int turn = 0; turn < Short(20); turn++)
        {
            (int round, string expected) = (turn, version);
            int[] winners = await RaceAsync(32, i => Gateway.PutAsync("cas", Bytes(50, (round * 100) + i), PutCondition.IfMatches(expected), Token).AsTask());
            int winner = Assert.Single(winners);
            ObjectContent? now = await Gateway.GetAsync("cas", null, Token);
            Assert.Equal(Bytes(50, (round * 100) + winner), now!.Bytes.ToArray());
            version = now.Info.Version;
        }
    }

    [Fact]
    public async Task A_counter_counts_every_increment()
    {
        if (!Gateway.Traits.ConditionalReplace)
            return;
        int each = Short(25);
        _ = await Gateway.PutAsync("counter", BitConverter.GetBytes(0), PutCondition.None, Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int done = 0; done < each;)
            {
                ObjectContent now = (await Gateway.GetAsync("counter", null, Token))!;
                byte[] next = BitConverter.GetBytes(BitConverter.ToInt32(now.Bytes.Span) + 1);
                try
                {
                    _ = await Gateway.PutAsync("counter", next, PutCondition.IfMatches(now.Info.Version), Token);
                    done++;
                }
                catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Ambiguous)
                {
                }
            }
        }, Token)));
        Assert.Equal(8 * each, BitConverter.ToInt32((await Gateway.GetAsync("counter", null, Token))!.Bytes.Span));
    }

    [Fact]
    public async Task A_version_changes_with_every_write_of_equal_length()
    {
        HashSet<string> versions = [];
        for (int i = 0; i < Short(200); i++)
        {
            string told = await Gateway.PutAsync("v", Bytes(VersionsAreFine ? 8 : 8 + i, i), PutCondition.None, Token);
            string version = PutsTellVersions ? told : (await Gateway.HeadAsync("v", Token))!.Version;
            Assert.True(versions.Add(version), $"write {i} has the version of a former one");
            Assert.Equal(version, (await Gateway.HeadAsync("v", Token))!.Version);
        }
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_changes_nothing()
    {
        string old = await Gateway.PutAsync("c", Bytes(5, 1), PutCondition.None, Token);
        string now = await Gateway.PutAsync("c", Bytes(5, 2), PutCondition.None, Token);
        StorageErrorKind created = RefusalOf(Gateway.Traits.ConditionalCreate);
        StorageErrorKind replaced = RefusalOf(Gateway.Traits.ConditionalReplace);
        StorageErrorKind deleted = RefusalOf(Gateway.Traits.ConditionalDelete);
        Assert.Equal(created, await KindAsync(() => Gateway.PutAsync("c", Bytes(5, 3), PutCondition.IfAbsent, Token).AsTask()));
        Assert.Equal(replaced, await KindAsync(() => Gateway.PutAsync("c", Bytes(5, 3), PutCondition.IfMatches(old), Token).AsTask()));
        Assert.Equal(replaced, await KindAsync(() => Gateway.PutAsync("none", Bytes(5, 3), PutCondition.IfMatches(old), Token).AsTask()));
        Assert.Equal(deleted, await KindAsync(() => Gateway.DeleteAsync("c", old, Token).AsTask()));
        Assert.Equal(["c"], await KeysAsync("", 10));
        Assert.Equal(Bytes(5, 2), (await Gateway.GetAsync("c", null, Token))!.Bytes.ToArray());
        Assert.True(await Gateway.DeleteAsync("c", Gateway.Traits.ConditionalDelete ? now : null, Token));
    }

    private static StorageErrorKind RefusalOf(bool supported) => supported ? StorageErrorKind.PreconditionFailed : StorageErrorKind.Unsupported;

    private static async Task<int[]> RaceAsync(int racers, Func<int, Task> act)
    {
        using Barrier start = new(racers);
        bool[] won = await Task.WhenAll(Enumerable.Range(0, racers).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                try
                {
                    act(i).GetAwaiter().GetResult();
                    return true;
                }
                catch (StorageException failure) when (failure.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Ambiguous)
                {
                    // Ambiguous where a store fails its losers: what is there is somebody else's.
                    return false;
                }
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        return [.. Enumerable.Range(0, racers).Where(i => won[i])];
    }
}
