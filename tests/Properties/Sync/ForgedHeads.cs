using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;

namespace FireproofBench.Properties.Sync;

/// <summary>Puts heads at a store that nobody can use, as a broken or hostile device would.</summary>
internal static class ForgedHeads
{
    /// <summary>What can be wrong, and a part of the name by which it is reported: <c>FILE</c> for the file that the head names, <c>ENTRY</c> for the entry itself.</summary>
    public static IReadOnlyDictionary<string, string> Faults { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["a missing file"] = "FILE",
        ["a flipped bit"] = "FILE",
        ["a file that is cut short"] = "FILE",
        ["an empty file"] = "FILE",
        ["the bytes of another file"] = "FILE",
        ["a file without a header"] = "FILE",
        ["an entry of another form"] = "ENTRY",
        ["a forged parent"] = "block",
        ["an event that is none"] = "event",
        ["a parent of another database"] = "database",
        ["a key of another database"] = "FILE",
    };

    /// <summary>Publishes a head with a fault.</summary>
    /// <returns>The entry, and what its report has to name.</returns>
    public static async Task<(Cid Entry, string Name)> PublishAsync(string fault, WatchedStore remote, MemoryKeyBag keys, CancellationToken cancellation)
    {
        using KeyRing ring = fault == "a key of another database"
            ? new KeyRing(FileKey.FromBytes("0123456789abcdef"u8))
            : KeyBagItem.Read("@fx-data@", (await keys.ReadAsync("@fx-data@", cancellation))!.Value);
        Block document = DocumentBlock.Tombstone;
        ClockEvent foreign = ClockEvent.Put("theirs", document.Cid, document.Cid, []);
        Block head = fault switch
        {
            "a forged parent" => Event(document, [Cid.Of(CidCodec.DagCbor, "nowhere"u8)]),
            "a parent of another database" => Event(document, [foreign.Cid]),
            "an event that is none" => document,
            _ => Event(document, []),
        };
        var writer = new GroupWriter(new DataFiles(remote.Data, ring), null, new CarHeader([], [head.Cid], []));
        foreach (Block block in (Block[])[document, foreign.Block, head])
            await writer.AddAsync(block, cancellation);
        CarGroup group = await writer.FinishAsync(cancellation);
        string key = DataFiles.KeyOfCar(group.First);
        byte[] stored = (await remote.Data.GetAsync(key, null, cancellation))!.Bytes.ToArray();
        switch (fault)
        {
            case "a missing file":
                await remote.Data.DeleteAsync(key, null, cancellation);
                break;
            case "a flipped bit":
                stored[stored.Length / 2] ^= 1;
                await remote.Data.PutAsync(key, stored, PutCondition.None, cancellation);
                break;
            case "a file that is cut short":
                await remote.Data.PutAsync(key, stored.AsMemory(0, stored.Length - 5), PutCondition.None, cancellation);
                break;
            case "an empty file":
                await remote.Data.PutAsync(key, ReadOnlyMemory<byte>.Empty, PutCondition.None, cancellation);
                break;
            case "the bytes of another file":
                string other = (await remote.KeysAsync()).First(found => found != key);
                await remote.Data.PutAsync(key, (await remote.Data.GetAsync(other, null, cancellation))!.Bytes, PutCondition.None, cancellation);
                break;
            case "a file without a header":
                byte[] plain = Engine.Car.CarWriter.Write([document.Cid], [document]);
                Cid name = SealedFile.NameOf(plain);
                await new DataFiles(remote.Data, ring).WriteAsync(DataFiles.KeyOfCar(name), name, plain, cancellation);
                group = new CarGroup([name]);
                break;
        }

        MetaEntry entry = MetaPayload.Write(group, []);
        if (fault == "an entry of another form")
        {
            byte[] data = [0xa1, 0x61, 0x61, .. Encoding.UTF8.GetBytes("\x18"), .. SHA256.HashData("any"u8).AsSpan(0, 1)];
            entry = new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [], data);
        }

        await remote.Metadata.PublishAsync(entry, [], cancellation);
        return (entry.Cid, Faults[fault] switch { "FILE" => DataFiles.KeyOfCar(group.First), "ENTRY" => entry.Cid.ToString(), string other => other });
    }

    private static Block Event(Block document, Cid[] parents) => ClockEvent.Put("forged", document.Cid, document.Cid, parents).Block;
}
