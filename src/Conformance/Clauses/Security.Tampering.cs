using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Security
{
    // AES-GCM's tag, at the end of the ciphertext.
    private const int TagLength = 16;

    private static async Task<Finding> RefusesTamperingAsync(ClauseContext context)
    {
        int commits = context.Plan.Count(10, 2, 60);
        await WriteAsync(context, Local, commits, context.Databases.Bag);
        await WriteAsync(context, "other", 2, context.Databases.Bag);
        await WriteAsync(context, "foreign", 2, new MemoryKeyBag());
        DatabaseState sound = await ReadAllAsync(context, Local);
        await using IDeviceStore behind = context.Databases.Device(Local);
        Dictionary<string, byte[]> files = await CarsAsync(context, behind.Data);
        ClauseContext.Require(files.Count > commits, $"{commits} commits left {files.Count} files");

        // Whoever has two contents that were sealed with one key and one nonce has the difference of both, and can forge the tags of more.
        IGrouping<string, string>? together = files.GroupBy(static file => SealOf(file.Value), static file => file.Key).FirstOrDefault(static seal => seal.Count() > 1);
        ClauseContext.Require(together is null, $"{together?.Count()} files are sealed with the same key and the same nonce, {Printable.Key(together?.First() ?? "")} among them");

        // Those that the heads name are read by everybody; the first file of a database by nobody.
        HashSet<string> newest = [.. (await behind.Metadata.ReadAsync(context.Cancellation)).Entries.SelectMany(static head => MetaPayload.Read(head).Cars).Select(static car => $"data/{car}.car")];
        if (context.Plan.Budget == Budget.Quick)
            files = files.Where(file => newest.Contains(file.Key)).ToDictionary(StringComparer.Ordinal);
        byte[] other = await AnyFileAsync(context, "other");
        byte[] foreign = await AnyFileAsync(context, "foreign");
        int trials = 0;
        int noticed = 0;
        try
        {
            foreach ((string key, byte[] bytes) in files)
            {
                foreach ((string what, byte[] wrong) in Tampered(context, bytes).Append(("the file of another database", other)).Append(("a file of another key", foreign)))
                {
                    trials++;
                    await behind.Data.PutAsync(key, wrong, PutCondition.None, context.Cancellation);
                    bool isNoticed = await NoticesAsync(context, sound, $"{what} stood under {Printable.Key(key)}");
                    ClauseContext.Require(isNoticed || !newest.Contains(key), $"{what} stood under {Printable.Key(key)}, which every reader needs, and was read as if nothing were wrong");
                    noticed += isNoticed ? 1 : 0;
                }

                await behind.Data.PutAsync(key, bytes, PutCondition.None, context.Cancellation);
            }
        }
        catch (StorageException refusal) when (refusal.Kind is StorageErrorKind.PreconditionFailed or StorageErrorKind.NotAuthorized)
        {
            return Finding.Inconclusive($"the store does not let a file be changed, so no wrong one could be read: {refusal.Message}");
        }

        ClauseContext.Require(files.Keys.Any(newest.Contains), $"the heads name none of {files.Count} files");
        string? difference = (await ReadAllAsync(context, Local)).DifferenceFrom(sound);
        ClauseContext.Require(difference is null, $"the database reads something else when its files are whole again: {difference}");
        return Finding.Passed($"{noticed} of {trials} files that were altered, cut or another database's were refused, and the others never needed");
    }

    private static async Task WriteAsync(ClauseContext context, string place, int commits, MemoryKeyBag bag)
    {
        await using Database database = await context.Databases.OpenAsync(context.Databases.Device(place), context.Cancellation, bag: bag);
        for (int i = 0; i < commits; i++)
            await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}","text":"{{context.Dice.Hex(16)}}"}"""), context.Cancellation);
    }

    private static async Task<byte[]> AnyFileAsync(ClauseContext context, string place)
    {
        await using IDeviceStore device = context.Databases.Device(place);
        return (await CarsAsync(context, device.Data)).Values.First();
    }

    // A sealed file is a map of nonce, ciphertext with the tag at its end, and the name of the key. Each part is altered, and the whole is well formed again.
    private static IEnumerable<(string What, byte[] File)> Tampered(ClauseContext context, byte[] file)
    {
        DagCborReader reader = new(file);
        reader.ReadMapHeader();
        reader.ReadKey("iv"u8);
        byte[] nonce = reader.ReadBytes().ToArray();
        reader.ReadKey("data"u8);
        byte[] data = reader.ReadBytes().ToArray();
        reader.ReadKey("keyId"u8);
        byte[] name = reader.ReadBytes().ToArray();
        return
        [
            ("a file with an altered ciphertext", Sealed(nonce, Flip(data, context.Dice.Below(data.Length - TagLength)), name)),
            ("a file with an altered tag", Sealed(nonce, Flip(data, data.Length - 1 - context.Dice.Below(TagLength)), name)),
            ("a file with a shortened tag", Sealed(nonce, data[..^4], name)),
            ("a file without a tag", Sealed(nonce, data[..^TagLength], name)),
            ("a file with an altered nonce", Sealed(Flip(nonce, context.Dice.Below(nonce.Length)), data, name)),
            ("a file with an altered key name", Sealed(nonce, data, Flip(name, context.Dice.Below(name.Length)))),
            ("a file that is cut", file[..(file.Length / 2)]),
        ];

        byte[] Flip(byte[] bytes, int at)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= (byte)(1 << context.Dice.Below(8));
            return flipped;
        }
    }

    // The nonce and the name of the key.
    private static string SealOf(byte[] file)
    {
        DagCborReader reader = new(file);
        reader.ReadMapHeader();
        reader.ReadKey("iv"u8);
        string nonce = Convert.ToHexString(reader.ReadBytes());
        reader.ReadKey("data"u8);
        reader.ReadBytes();
        reader.ReadKey("keyId"u8);
        return $"{nonce} {Convert.ToHexString(reader.ReadBytes())}";
    }

    private static byte[] Sealed(byte[] nonce, byte[] data, byte[] name)
    {
        DagCborWriter writer = new(data.Length + 128);
        writer.WriteMapHeader(3);
        writer.WriteText("iv"u8);
        writer.WriteBytes(nonce);
        writer.WriteText("data"u8);
        writer.WriteBytes(data);
        writer.WriteText("keyId"u8);
        writer.WriteBytes(name);
        return writer.ToArray();
    }

    private static async Task<bool> NoticesAsync(ClauseContext context, DatabaseState sound, string what)
    {
        try
        {
            string? difference = (await ReadAllAsync(context, Local)).DifferenceFrom(sound);
            ClauseContext.Require(difference is null, $"{what}, and the engine gave wrong data: {difference}");
            return false;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Corrupt or StorageErrorKind.NotAuthorized)
        {
            return true;
        }
        catch (MissingBlockException)
        {
            // Refused too; whether the error names the file is INT-03's concern.
            return true;
        }
    }

    private static async Task<Finding> NoticesRollbackAsync(ClauseContext context)
    {
        MetaReading older;
        await using (Database device = await context.Databases.OpenAsync(Local, context.Cancellation))
        {
            await device.PutAsync(Numbered(0), context.Cancellation);
            await KeepUpAsync(context, device);
            older = await HeadsOfRemoteAsync(context);
            await device.PutAsync(Numbered(1), context.Cancellation);
            await KeepUpAsync(context, device);
        }

        await using (Database device = await context.Databases.OpenAsync(Local, context.Cancellation))
        {
            int regressions = await KeepUpAsync(context, device, older);
            ClauseContext.Require(regressions > 0, $"a device that had seen newer heads was shown the former ones, and did not tell");
        }

        await using Database cold = await context.Databases.OpenAsync(Remote, context.Cancellation);
        int documents = (await DatabaseState.ReadAsync(cold, context.Cancellation)).Rows.Count;
        ClauseContext.Require(documents == 2, $"a device noticed that it was shown former heads, and the remote has {documents} of 2 documents afterwards");
        return Finding.Passed("a device that had seen newer heads told that it was shown former ones, and gave the remote the newer state again");
    }

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i}}","n":{{i}}}""");

    private static async Task<MetaReading> HeadsOfRemoteAsync(ClauseContext context)
    {
        await using IDeviceStore remote = context.Databases.Device(Remote);
        return await remote.Metadata.ReadAsync(context.Cancellation);
    }

    // A link for as long as both sides differ; how often it met heads that were behind what it had seen.
    private static async Task<int> KeepUpAsync(ClauseContext context, Database device, MetaReading? former = null)
    {
        await using IDeviceStore remote = context.Databases.Device(Remote);
        await remote.PrepareAsync(context.Cancellation);
        IMetadataGateway heads = former is null ? remote.Metadata : new FormerHeads(remote.Metadata, former);
        await using RemoteLink link = await device.AttachAsync(
            new RemoteStore("the remote of the check", remote.Data, heads), new AttachOptions { Garbage = null }, context.Cancellation);
        await link.WhenUpToDateAsync(context.Cancellation);
        return link.Status.Regressions;
    }
}
