using FireproofBench.Engine.Blocks;
using Xunit;

namespace FireproofBench.Properties.Pail;

/// <summary>What a pail stands for: a sorted map. Runs a script on both and holds them equal.</summary>
internal sealed class PailModel
{
    private static readonly Cid[] _values = [.. Enumerable.Range(0, 6).Select(static number => Cid.Of(CidCodec.Raw, BitConverter.GetBytes(number)))];

    public PailModel(ShardShelf shelf, Cid root, IEnumerable<KeyValuePair<string, Cid>> entries)
    {
        Session = new PailSession(shelf, root);
        foreach ((string key, Cid value) in entries)
            Entries.Add(key, value);
    }

    public PailSession Session { get; }

    public SortedDictionary<string, Cid> Entries { get; } = new(StringComparer.Ordinal);

    public static async Task<PailModel> RunAsync(PailScript script, ShardShelf? shelf = null)
    {
        var model = new PailModel(shelf ?? new ShardShelf(), Engine.Pail.Shard.Empty.Cid, []);
        foreach (PailStep step in script.Steps)
            await model.ApplyAsync(step);
        return model;
    }

    public static Cid Value(int number) => _values[number];

    public async Task<Engine.Pail.PailChange> ApplyAsync(PailStep step)
    {
        if (step.Delete)
            return await DeleteAsync(step.Puts[0].Key);
        foreach ((string key, int value) in step.Puts)
            Entries[key] = Value(value);
        return step.Puts.Count == 1
            ? await Session.PutAsync(step.Puts[0].Key, Value(step.Puts[0].Value))
            : await Session.BatchAsync(step.Puts.Select(static put => KeyValuePair.Create(put.Key, Value(put.Value))));
    }

    public async Task HoldsAsync() => Assert.Equal([.. Entries], await Session.Shelf.EntriesAsync(Session.Root));

    // A shard that becomes empty takes the value on the link to it along, as in the reference engine. So a removal may lose keys that the removed key
    // goes on from, but only those that nothing else goes on from. Which of them depends on the tree, and so the model asks it.
    private async Task<Engine.Pail.PailChange> DeleteAsync(string key)
    {
        Engine.Pail.PailChange change = await Session.DeleteAsync(key);
        Entries.Remove(key);
        var left = (await Session.Shelf.EntriesAsync(Session.Root)).ToDictionary(StringComparer.Ordinal);
        for (int length = key.Length - 1; length > 0; length--)
        {
            string shorter = key[..length];
            if (Entries.ContainsKey(shorter) && !left.ContainsKey(shorter))
            {
                Assert.DoesNotContain(Entries.Keys, other => other.Length > length && other.StartsWith(shorter, StringComparison.Ordinal));
                Entries.Remove(shorter);
            }
        }

        return change;
    }
}
