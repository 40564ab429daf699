using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class FaultyGatewayTests : IAsyncDisposable
{
    private static readonly byte[] s_body = [.. Enumerable.Range(0, 100).Select(static i => (byte)i)];
    private readonly JumpingTime _time = new();
    private readonly MemoryDataGateway _sound;

    public FaultyGatewayTests() => _sound = new MemoryDataGateway(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _sound.DisposeAsync();

    [Theory]
    [InlineData(FaultKind.FailBefore, false)]
    [InlineData(FaultKind.FailAfter, true)]
    public async Task A_failure_comes_before_the_effect_or_after_it(FaultKind kind, bool there)
    {
        FaultyGateway gateway = Gateway(new FaultRule(kind) { Error = StorageErrorKind.Ambiguous, RetryAfter = TimeSpan.FromSeconds(3), Operations = [GatewayOperation.Put] });
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", s_body, PutCondition.None, Token));
        Assert.Equal((StorageErrorKind.Ambiguous, TimeSpan.FromSeconds(3), "put", "k"), (failure.Kind, failure.RetryAfter, failure.Operation, failure.Key));
        Assert.Equal(there, await gateway.HeadAsync("k", Token) is not null);
    }

    [Theory]
    [InlineData(FaultKind.HangBefore, false)]
    [InlineData(FaultKind.HangAfter, true)]
    public async Task A_lost_answer_ends_with_the_callers_patience(FaultKind kind, bool there)
    {
        FaultyGateway gateway = Gateway(new FaultRule(kind));
        using CancellationTokenSource end = new();
        Task hanging = gateway.PutAsync("k", s_body, PutCondition.None, end.Token).AsTask();
        Assert.False(hanging.IsCompleted);
        await end.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        Assert.Equal(there, await _sound.HeadAsync("k", Token) is not null);
    }

    [Fact]
    public async Task Reads_are_cut_bent_or_old_as_the_plan_says()
    {
        _ = await _sound.PutAsync("k", s_body, PutCondition.None, Token);
        ObjectContent cut = (await Gateway(new FaultRule(FaultKind.ShortRead)).GetAsync("k", null, Token))!;
        Assert.Equal(100, cut.Info.Length);
        Assert.True(cut.Bytes.Length < 100);
        ObjectContent bent = (await Gateway(new FaultRule(FaultKind.CorruptRead)).GetAsync("k", null, Token))!;
        Assert.Equal(1, bent.Bytes.ToArray().Zip(s_body).Sum(static p => System.Numerics.BitOperations.PopCount((uint)(p.First ^ p.Second))));

        FaultyGateway stale = Gateway(new FaultRule(FaultKind.StaleRead));
        string old = (await _sound.HeadAsync("k", Token))!.Version;
        _ = await stale.PutAsync("k", new byte[5], PutCondition.None, Token);
        _ = await stale.PutAsync("new", new byte[5], PutCondition.None, Token);
        Assert.Equal(s_body[3..7], (await stale.GetAsync("k", new ByteRange(3, 4), Token))!.Bytes.ToArray());
        Assert.Equal(old, (await stale.HeadAsync("k", Token))!.Version);
        Assert.Null(await stale.GetAsync("new", null, Token));
        Assert.Equal(["k"], (await stale.ListAsync("", null, 10, Token)).Objects.Select(static o => o.Key));
        _ = await stale.DeleteAsync("k", null, Token);
        Assert.Equal(5, (await stale.HeadAsync("k", Token))!.Length);
    }

    [Fact]
    public async Task A_rule_is_for_its_calls_and_keys_after_so_many_and_for_so_many()
    {
        FaultyGateway gateway = Gateway(new FaultRule(FaultKind.FailBefore) { Operations = [GatewayOperation.Head], KeyPrefix = "a/", Skip = 2, Limit = 3 });
        List<bool> failed = [];
        for (int i = 0; i < 7; i++)
            failed.Add(await FailsAsync(gateway, "a/k"));
        Assert.Equal([false, false, true, true, true, false, false], failed);
        for (int i = 0; i < 4; i++)
        {
            Assert.False(await FailsAsync(gateway, "b/k"));
            Assert.Null(await gateway.GetAsync("a/k", null, Token));
        }
    }

    [Fact]
    public async Task A_delay_lasts_as_long_as_the_plan_says()
    {
        FaultyGateway gateway = Gateway(
            new FaultRule(FaultKind.Delay) { ShortestDelay = TimeSpan.FromSeconds(2), LongestDelay = TimeSpan.FromSeconds(4), Operations = [GatewayOperation.Head] });
        for (int i = 0; i < 50; i++)
            _ = await gateway.HeadAsync($"{i}", Token);
        Assert.Equal(50, _time.Waits.Count);
        Assert.All(_time.Waits, static w => Assert.InRange(w.TotalSeconds, 2, 4));
        Assert.True(_time.Waits.Distinct().Count() > 40);
    }

    [Fact]
    public async Task One_seed_gives_the_same_faults_in_any_order_of_calls_and_another_seed_others()
    {
        string[] keys = [.. Enumerable.Range(0, 400).Select(static i => $"k{i}")];
        async Task<HashSet<string>> MetAsync(ulong seed, IEnumerable<string> order)
        {
            FaultyGateway gateway = new(_sound, FaultPlan.Of(new FaultRule(FaultKind.FailBefore) { Probability = 0.3 }), new SeededEntropy(seed), _time);
            HashSet<string> met = [];
            foreach (string key in order)
            {
                for (int n = 0; n < 2; n++)
                {
                    if (await FailsAsync(gateway, key))
                        _ = met.Add($"{key} {n}");
                }
            }

            return met;
        }

        HashSet<string> first = await MetAsync(1, keys);
        Assert.InRange(first.Count, 180, 300);
        Assert.Equal(first, await MetAsync(1, keys.Reverse()), HashSet<string>.CreateSetComparer());
        Assert.NotEqual(first, await MetAsync(2, keys), HashSet<string>.CreateSetComparer());
    }

    private static async Task<bool> FailsAsync(FaultyGateway gateway, string key)
    {
        try
        {
            _ = await gateway.HeadAsync(key, Token);
            return false;
        }
        catch (StorageException)
        {
            return true;
        }
    }

    private FaultyGateway Gateway(params FaultRule[] rules) => new(_sound, FaultPlan.Of(rules), new SeededEntropy(5), _time);
}
