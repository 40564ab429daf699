using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Blocks;
using Xunit;

namespace FireproofBench.Properties.Pail;

/// <summary>Source of the vectors: pail.jsonl, written by @web3-storage/pail 0.6.2. Roots, additions and removals stand in its order.</summary>
public sealed class PailVectors
{
    public static TheoryData<int, string> Sequences => VectorFile.Rows("pail", static line => line.Text("name"));

    [Theory]
    [MemberData(nameof(Sequences))]
    public async Task A_sequence_makes_the_shards_of_the_reference_engine(int line, string name)
    {
        JsonElement vector = VectorFile.Lines("pail")[line];
        var session = new PailSession();
        if (!vector.TryGetProperty("ops", out JsonElement operations))
        {
            await ReplayGeneratedAsync(session, vector);
            return;
        }

        int step = 0;
        foreach ((JsonElement operation, JsonElement expected) in operations.EnumerateArray().Zip(vector.GetProperty("results").EnumerateArray()))
        {
            string where = $"{name}, step {step++}: {operation}";
            if (expected.TryGetProperty("error", out _))
            {
                Assert.True(PailKey.Refusal(operation.Text("key")) is not null, where);
                continue;
            }

            PailChange? change = await ApplyAsync(session, operation);
            if (change is null)
                continue;
            Assert.True(expected.Text("root") == change.Root.ToString(), where);
            Assert.True(expected.Texts("additions").SequenceEqual(change.Additions.Select(static shard => shard.Cid.ToString())), where + " additions");
            Assert.True(expected.Texts("removals").SequenceEqual(change.Removals.Select(static cid => cid.ToString())), where + " removals");
        }

        Assert.Equal(
            vector.GetProperty("entries").EnumerateArray().Select(static entry => entry[0].GetString() + " " + entry[1].GetString()),
            (await session.Shelf.EntriesAsync(session.Root)).Select(static entry => entry.Key + " " + entry.Value));
    }

    private static async Task<PailChange?> ApplyAsync(PailSession session, JsonElement operation)
    {
        switch (operation.Text("op"))
        {
            case "put":
                return await session.PutAsync(operation.Text("key"), Value(operation));
            case "del":
                return await session.DeleteAsync(operation.Text("key"));
            case "batch":
                return await session.BatchAsync(operation.GetProperty("ops").EnumerateArray().Select(static put => KeyValuePair.Create(put.Text("key"), Value(put))));
            case "entries":
                Assert.Empty(await session.Shelf.EntriesAsync(session.Root));
                return null;
            default:
                throw new InvalidOperationException(operation.ToString());
        }
    }

    // Two long sequences stand in the file as a rule for their keys and the last root.
    private static async Task ReplayGeneratedAsync(PailSession session, JsonElement vector)
    {
        int count = vector.GetProperty("n").GetInt32();
        for (int i = 0; i < count; i++)
        {
            string key = vector.Text("name") == "doc-ids-500"
                ? "doc-" + (i * 37 % count).ToString("d4", CultureInfo.InvariantCulture)
                : "0195" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("k" + i)))[..28];
            await session.PutAsync(key, Cid.Of(CidCodec.Raw, Encoding.ASCII.GetBytes("v" + i)));
        }

        Assert.Equal(vector.Text("finalRoot"), session.Root.ToString());
    }

    private static Cid Value(JsonElement operation) => Cid.Of(CidCodec.Raw, Encoding.UTF8.GetBytes(operation.GetProperty("value").Text("seed")));
}
