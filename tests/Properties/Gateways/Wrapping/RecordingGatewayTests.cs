using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class RecordingGatewayTests
{
    private static readonly byte[] s_body = [1, 2, 3];
    private readonly JumpingTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_is_kept_with_arguments_and_outcome()
    {
        CallHistory history = new(_time);
        RecordingGateway gateway = new(new MemoryDataGateway(_time), history, "a");
        string version = await gateway.PutAsync("k", s_body, PutCondition.IfAbsent, Token);
        _time.Pass(TimeSpan.FromSeconds(2));
        _ = await gateway.PutAsync("s", new ContentSource(3, _ => ValueTask.FromResult<Stream>(new MemoryStream(s_body))), PutCondition.None, Token);
        _ = await gateway.GetAsync("k", new ByteRange(1, 2), Token);
        _ = await gateway.GetAsync("none", null, Token);
        _ = await gateway.HeadAsync("k", Token);
        _ = await gateway.ListAsync("", null, 1, Token);
        _ = await Assert.ThrowsAsync<StorageException>(async () => await gateway.PutAsync("k", s_body, PutCondition.IfMatches("x"), Token));
        _ = await gateway.DeleteAsync("k", version, Token);
        _ = await gateway.DeleteAsync("k", null, Token);
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await gateway.DeleteAsync("s", null, new CancellationToken(true)));
        ImmutableArray<CallRecord> records = history.Records;

        Cid content = Cid.Of(CidCodec.Raw, s_body);
        Assert.Equal(Enumerable.Range(0, 10).Select(static i => 2L * i), records.Select(static r => r.Sequence));
        Assert.Equal(Enumerable.Range(0, 10).Select(static i => (2L * i) + 1), records.Select(static r => r.Outcome!.Sequence));
        Assert.Equal(
            new CallRecord
            {
                Client = "a",
                Operation = GatewayOperation.Put,
                Key = "k",
                Sequence = 0,
                At = TimeSpan.Zero,
                Condition = PutCondition.IfAbsent,
                Content = content,
                Length = 3,
                Outcome = new CallOutcome { Sequence = 1, At = TimeSpan.Zero, Version = version },
            },
            records[0]);
        Assert.Equal((content, 3L, TimeSpan.FromSeconds(2)), (records[1].Content, records[1].Length, records[1].At));
        Assert.Equal(new ByteRange(1, 2), records[2].Range);
        Assert.Equal((true, version, 3L, Cid.Of(CidCodec.Raw, s_body.AsSpan(1))), (records[2].Outcome!.Found, records[2].Outcome!.Version, records[2].Outcome!.Length, records[2].Outcome!.Content));
        Assert.False(records[3].Outcome!.Found);
        Assert.Equal((true, version), (records[4].Outcome!.Found, records[4].Outcome!.Version));
        Assert.Equal(["k"], records[5].Outcome!.Names.ToArray());
        Assert.Equal(("k", 1), (records[5].Outcome!.Next, records[5].Limit));
        Assert.Equal(StorageErrorKind.PreconditionFailed, records[6].Outcome!.Error);
        Assert.Equal((version, true), (records[7].Version, records[7].Outcome!.Found));
        Assert.False(records[8].Outcome!.Found);
        Assert.True(records[9].Outcome!.Cancelled);
        CallEffect happened = CallEffect.Happened;
        Assert.Equal(
            [happened, happened, CallEffect.None, CallEffect.None, CallEffect.None, CallEffect.None, CallEffect.None, happened, CallEffect.None, CallEffect.Unknown],
            records.Select(static r => r.Effect));
    }

    [Fact]
    public async Task A_call_that_never_returns_stays_open_and_overlaps_all_that_follow()
    {
        CallHistory history = new(_time);
        FaultyGateway lost = new(new MemoryDataGateway(_time), FaultPlan.Of(new FaultRule(FaultKind.HangAfter) { KeyPrefix = "lost" }), new SeededEntropy(1), _time);
        RecordingGateway one = new(lost, history, "one");
        RecordingGateway two = new(lost, history, "two");
        using CancellationTokenSource end = new();
        Task hanging = one.PutAsync("lost", s_body, PutCondition.None, end.Token).AsTask();
        _ = await two.PutAsync("k", s_body, PutCondition.None, Token);
        _ = await two.HeadAsync("k", Token);
        ImmutableArray<CallRecord> records = history.Records;
        Assert.Equal(["one", "two", "two"], records.Select(static r => r.Client));
        Assert.Null(records[0].Outcome);
        Assert.Equal(CallEffect.Unknown, records[0].Effect);
        Assert.False(records[0].Precedes(records[1]) || records[1].Precedes(records[0]));
        Assert.True(records[1].Precedes(records[2]));
        await end.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        Assert.Equal((true, CallEffect.Unknown), (history.Records[0].Outcome!.Cancelled, history.Records[0].Effect));
    }

    [Fact]
    public async Task Heads_are_kept_too()
    {
        CallHistory history = new(_time);
        RecordingMetadataGateway gateway = new(new MemoryMetadataGateway(), history, "a");
        byte[] data = [0xa0];
        MetaEntry entry = new(Cid.Of(CidCodec.DagCbor, data), [], data);
        Cid old = Cid.Of(CidCodec.DagCbor, s_body);
        await gateway.PublishAsync(entry, [old], Token);
        _ = await gateway.ReadAsync(Token);
        ImmutableArray<CallRecord> records = history.Records;
        Assert.Equal((GatewayOperation.Publish, entry.Cid.ToString(), CallEffect.Happened), (records[0].Operation, records[0].Key, records[0].Effect));
        Assert.Equal([old.ToString()], records[0].Superseded.ToArray());
        Assert.Equal([entry.Cid.ToString()], records[1].Outcome!.Names.ToArray());
    }
}
