using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Blocks;
using FireproofBench.Properties.Cbor;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;
using Xunit;

namespace FireproofBench.Properties.Crdt;

/// <summary>Source of the vectors: clock.jsonl, written by @web3-storage/pail 0.6.2: puts, batches, forks and merges of named replicas.</summary>
public sealed class CrdtVectors
{
    public static TheoryData<int, string> Histories => VectorFile.Rows("clock", static line => line.Text("name"));

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task A_history_makes_the_events_heads_and_shards_of_the_reference_engine(int line, string name)
    {
        JsonElement vector = VectorFile.Lines("clock")[line];
        var events = new EventShelf();
        var shards = new ShardShelf();
        var replicas = new Dictionary<string, CrdtReplica>(StringComparer.Ordinal);
        int step = 0;
        foreach ((JsonElement operation, JsonElement expected) in vector.GetProperty("ops").EnumerateArray().Zip(vector.GetProperty("results").EnumerateArray()))
        {
            string where = $"{name}, step {step++}: {operation}";
            switch (operation.Text("op"))
            {
                case "fork":
                    At(operation.Text("to")).Heads = At(operation.Text("name")).Heads;
                    break;
                case "crdt.merge":
                    CrdtReplica into = At(operation.Text("into"));
                    foreach (string from in operation.Texts("from"))
                        await into.MergeAsync(At(from).Heads);
                    PailChange resolved = await into.ResolveAsync();
                    shards.Add(resolved.Additions);
                    HoldRoot(expected, into, resolved.Root, where);
                    break;
                case "crdt.root":
                    HoldRoot(expected, At(operation.Text("name")), (await At(operation.Text("name")).ResolveAsync()).Root, where);
                    break;
                case "crdt.entries":
                    Assert.Equal(
                        expected.GetProperty("entries").EnumerateArray().Select(static entry => entry[0].GetString() + " " + entry[1].GetString()),
                        (await At(operation.Text("name")).EntriesAsync()).Select(static entry => entry.Key + " " + entry.Value));
                    break;
                case "crdt.put":
                    await HoldAsync(expected, await At(operation.Text("name")).PutAsync(operation.Text("key"), Value(operation)), shards, where);
                    break;
                case "crdt.batch":
                    KeyValue[] puts = [.. operation.GetProperty("ops").EnumerateArray().Select(static put => new KeyValue(put.Text("key"), Value(put)))];
                    await HoldAsync(expected, await At(operation.Text("name")).BatchAsync(puts), shards, where);
                    break;
                default:
                    throw new InvalidOperationException(where);
            }
        }

        CrdtReplica At(string replica)
        {
            if (!replicas.TryGetValue(replica, out CrdtReplica? found))
                replicas.Add(replica, found = new CrdtReplica(events, shards));
            return found;
        }
    }

    private static void HoldRoot(JsonElement expected, CrdtReplica replica, Cid root, string where)
    {
        Assert.True(expected.Texts("heads").SequenceEqual(replica.Heads.Select(static head => head.ToString())), where + " heads");
        Assert.True(expected.Text("root") == root.ToString(), where + " root");
    }

    private static async Task HoldAsync(JsonElement expected, CrdtChange change, ShardShelf shards, string where)
    {
        Assert.True(expected.Text("root") == change.Pail.Root.ToString(), where + " root");
        Assert.True(expected.Texts("heads").SequenceEqual(change.Heads.Select(static head => head.ToString())), where + " heads");
        Assert.True(expected.GetProperty("event").GetString() == change.Event?.Cid.ToString(), where + " event");
        if (change.Event is not null)
            Assert.True(expected.Text("eventHex") == Convert.ToHexStringLower(change.Event.Block.Bytes.Span), where + " event bytes");

        // The reference engine drops a shard from its list that was made, dropped and made again on the way, although the new root needs it; only such
        // shards may stand in this list and not in that one.
        string[] additions = [.. change.Pail.Additions.Select(static shard => shard.Cid.ToString())];
        string[] theirs = expected.Texts("additions");
        Assert.True(additions.Where(theirs.Contains).SequenceEqual(theirs), $"{where} additions\n{string.Join('\n', additions)}\nnot\n{string.Join('\n', theirs)}");
        HashSet<Cid> reached = await shards.ReachAsync(change.Pail.Root);
        Assert.True(additions.Except(theirs).All(extra => reached.Contains(Cid.Parse(extra))), where + " additions beyond the reference engine's");
        string[] removals = [.. change.Pail.Removals.Select(static cid => cid.ToString())];
        Assert.True(removals.Order().SequenceEqual(expected.Texts("removals").Order()), $"{where} removals\n{string.Join('\n', removals)}\nnot\n{string.Join('\n', expected.Texts("removals"))}");
    }

    private static Cid Value(JsonElement operation) => Cid.Of(CidCodec.DagCbor, CborTree.Encode(CborTree.FromJson(operation.GetProperty("value"))));
}
