using System.Globalization;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Clauses;

internal static partial class CloudProtocol
{
    private const int AtOnce = 500;

    private static async Task<Finding> AnswersManyAsync(CloudContext context)
    {
        await context.RequireSocketAsync();
        await using CloudWire wire = await context.OpenAsync(context.Ledger());
        JsonObject[] questions = [.. Enumerable.Range(0, AtOnce).Select(_ => wire.About("reqPutData", "PUT", "car", context.Commit().Key))];
        long begin = context.Time.GetTimestamp();
        foreach (JsonObject question in questions)
            await wire.SayAsync(question);
        foreach (JsonObject question in questions)
        {
            JsonObject answer = await wire.AnswerAsync(question);
            CloudContext.Require(answer.Text("type") == "resPutData", $"one of {AtOnce} reqPutData at once was answered with {answer.Told()}");
        }

        TimeSpan took = context.Time.GetElapsedTime(begin);
        CloudContext.Require(took <= context.Subject.AnswerWithin, $"{AtOnce} reqPutData at once were answered after {took.TotalSeconds:0.0} s, and clients wait for {context.Subject.AnswerWithin.TotalSeconds:0.#}");
        return Finding.Passed($"{AtOnce} requests at once were answered within {took.TotalMilliseconds:0} ms");
    }

    private static async Task<Finding> KeepsFilesWholeAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire writer = await context.OpenAsync(ledger);
        await using CloudWire reader = await context.OpenAsync(ledger);
        int[] sizes = context.Budget == Budget.Quick ? [1, 912, 300_000] : [1, 912, 300_000, 4 << 20];
        foreach (int size in sizes)
        {
            byte[] bytes = new byte[size];
            context.Dice.Fill(bytes);
            CloudCommit file = context.Commit() with { Bytes = bytes, Car = Cid.Of(CidCodec.Car, bytes) };
            await context.UploadAsync(writer, file);
            await context.ReadsAsync(reader, file, "as another device");
        }

        // A file that is there is not lost to an upload that breaks off either.
        CloudCommit former = context.Commit();
        await context.UploadAsync(writer, former);
        CloudCommit broken = await BeginAsync(context, writer, reader, ends: false);
        _ = await BeginAsync(context, writer, reader, ends: false, over: former);
        await context.ReadsAsync(reader, former, "after an upload over it broke off");
        CloudAnswer absent = await context.SendAsync(HttpMethod.Get, await reader.AddressAsync("GET", broken.Key));
        CloudContext.Require(absent.Code == 404, $"after an upload that broke off a file of {absent.Bytes.Length} bytes was there, status {absent.Code}");
        CloudCommit whole = await BeginAsync(context, writer, reader, ends: true);
        await context.ReadsAsync(reader, whole, "after a slow upload");
        return Finding.Passed($"{sizes.Length} files of up to {sizes[^1]} bytes came back whole; in the middle of an upload, and after one that broke off, nothing was there");
    }

    private static async Task<CloudCommit> BeginAsync(CloudContext context, CloudWire writer, CloudWire reader, bool ends, CloudCommit? over = null)
    {
        byte[] bytes = new byte[200_000];
        context.Dice.Fill(bytes);
        CloudCommit file = context.Commit() with { Bytes = bytes, Car = Cid.Of(CidCodec.Car, bytes) };
        if (over is not null)
            file = file with { Car = over.Car };

        // Belongs to its request.
        HaltedBody body = new(bytes, bytes.Length / 2, ends);
        Task<CloudAnswer> upload = context.SendAsync(HttpMethod.Put, await writer.AddressAsync("PUT", file.Key), body);
        await Concurrently.AnyAsync(body.Halfway, upload);
        CloudAnswer middle = await context.SendAsync(HttpMethod.Get, await reader.AddressAsync("GET", file.Key));
        CloudContext.Require(
            over is null ? middle.Code == 404 : middle.Code == 200 && middle.Bytes.AsSpan().SequenceEqual(over.Bytes), $"in the middle of an upload the file was answered with the status {middle.Code} and {middle.Bytes.Length} bytes");
        body.GoOn();
        try
        {
            CloudAnswer answer = await upload;
            CloudContext.Require(!ends || answer.IsSuccess, $"an upload with a pause was answered with the status {answer.Code}");
        }
        catch (ClauseViolation) when (!ends)
        {
            // It was to break off.
        }

        return file;
    }

    private static async Task<Finding> BindsAddressesAsync(CloudContext context)
    {
        await using CloudWire wire = await context.OpenAsync(context.Ledger());
        CloudCommit there = context.Commit();
        CloudCommit absent = context.Commit();
        await context.UploadAsync(wire, there);
        string get = await wire.AddressAsync("GET", there.Key);
        string put = await wire.AddressAsync("PUT", absent.Key);
        CloudAnswer missing = await context.SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", absent.Key));
        CloudContext.Require(missing.Code == 404, $"a file that is not there was answered with the status {missing.Code}");
        int refused = 0;
        await RefusesAsync(HttpMethod.Put, get, [1, 2, 3], "an address for GET used for PUT");
        await RefusesAsync(HttpMethod.Delete, get, null, "an address for GET used for DELETE");
        await RefusesAsync(HttpMethod.Get, put, null, "an address for PUT used for GET");
        bool hasName = get.Contains(there.Key, StringComparison.Ordinal);
        if (hasName)
            await RefusesAsync(HttpMethod.Get, get.Replace(there.Key, absent.Key, StringComparison.Ordinal), null, "an address with the name of another file");
        await RefusesAsync(HttpMethod.Get, AlterSignature(get), null, "an address with an altered signature");
        await RefusesAsync(HttpMethod.Put, AlterSignature(put), [1, 2, 3], "an address with an altered signature");

        // A time is a number; one that can be made later is none.
        int times = 0;
        foreach (string number in Parameters(get).Where(static value => value.Length > 1 && value.All(char.IsAsciiDigit)))
        {
            await RefusesAsync(HttpMethod.Get, get.Replace("=" + number, "=" + (long.Parse(number, CultureInfo.InvariantCulture) + 60).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), null, "an address whose time was altered");
            times++;
        }
        foreach (string name in (string[])["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "a/b", "", "\0", new string('b', 3000)])
        {
            JsonObject answer = await wire.AskAsync(wire.About("reqGetData", "GET", "car", name));
            if (answer.Text("type") == "error")
                continue;
            CloudAnswer read = await context.SendAsync(HttpMethod.Get, CloudWire.AddressIn(answer));
            CloudContext.Require(read.Code is >= 400 and < 500, $"a file named {Printable.Key(name)} was answered with the status {read.Code}");
        }

        CloudAnswer? outside = hasName ? await context.SendAsync(HttpMethod.Get, get.Replace(there.Key, "..%2F..%2F..%2Fetc%2Fpasswd", StringComparison.Ordinal)) : null;
        CloudContext.Require(outside is null || outside.Code is >= 400 and < 500, $"an address that leads outside was answered with the status {outside?.Code}");
        await context.ReadsAsync(wire, there, "after all that was refused");
        return Finding.Passed($"{refused} uses of altered addresses were refused{(times == 0 ? " (none shows a time that could be altered)" : "")}, and names that lead elsewhere gave nothing");

        async Task RefusesAsync(HttpMethod method, string address, byte[]? body, string what)
        {
            CloudAnswer answer = await context.SendAsync(method, address, body);
            CloudContext.Require(answer.Code is 400 or 401 or 403 or 405, $"{what} was answered with the status {answer.Code}, and not refused");
            refused++;
        }
    }

    private static async Task<Finding> KeepsWhatOpensAsync(CloudContext context)
    {
        (FileKey known, string knownText) = context.NewKey();
        (FileKey other, string otherText) = context.NewKey();
        int orders = 0;
        foreach (bool knownFirst in (bool[])[true, false])
        {
            using KeyRing ring = new(known.Copy());
            CloudLedgerName ledger = context.Ledger(knownFirst ? "known-first" : "known-last");
            await using CloudWire wire = await context.OpenAsync(ledger);
            byte[] plain = new byte[600];
            context.Dice.Fill(plain);
            Cid name = SealedFile.NameOf(plain);
            CloudCommit commit = new(SealedFile.Seal(known, plain, name), name, MetaPayload.Write(new CarGroup([name]), []));
            CloudCommit twin = commit with { Bytes = SealedFile.Seal(other, plain, name) };
            await context.StoreAsync(wire, knownText);
            await context.UploadAsync(wire, knownFirst ? commit : twin);
            await context.UploadAsync(wire, knownFirst ? twin : commit);
            await OpensAsync(wire, ring, name, $"after it was put {(knownFirst ? "with a key that the ledger knows, and then with one that it does not" : "with a key that the ledger does not know, and then with one that it knows")}");
            await wire.PublishAsync(commit, knownText, otherText);
            ring.Add(other.Copy());
            await context.UploadAsync(wire, twin);
            await OpensAsync(wire, ring, name, "after it was put with another key of the ledger");
            orders++;
        }

        return Finding.Passed($"a file that was put with different keys in {orders} orders could be opened with a key of the ledger each time");

        async Task OpensAsync(CloudWire wire, KeyRing ring, Cid name, string when)
        {
            CloudAnswer read = await context.SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", name.ToString()));
            CloudContext.Require(read.Code == 200, $"the file was answered with the status {read.Code} {when}");
            try
            {
                _ = SealedFile.Open(ring, read.Bytes, name);
            }
            catch (SealException sealing)
            {
                throw new ClauseViolation($"the file cannot be opened {when}: {sealing.Message}");
            }
        }
    }

    private static async Task<Finding> RemovesFilesAsync(CloudContext context)
    {
        await using CloudWire wire = await context.OpenAsync(context.Ledger());
        CloudCommit commit = context.Commit();
        await context.UploadAsync(wire, commit);
        CloudAnswer removed = await context.SendAsync(HttpMethod.Delete, await wire.AddressAsync("DELETE", commit.Key));
        CloudContext.Require(removed.IsSuccess, $"the removal of a file was answered with the status {removed.Code}");
        CloudAnswer read = await context.SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", commit.Key));
        CloudContext.Require(read.Code == 404, $"a file that was removed was answered with the status {read.Code}");
        CloudAnswer again = await context.SendAsync(HttpMethod.Delete, await wire.AddressAsync("DELETE", commit.Key));
        CloudContext.Require(again.IsSuccess || again.Code == 404, $"the second removal of a file was answered with the status {again.Code}");
        return Finding.Passed("a file was removed, and removed again");
    }

    private static async Task<Finding> KeepsLogsAsync(CloudContext context)
    {
        await using CloudWire wire = await context.OpenAsync(context.Ledger());
        byte[] entry = new byte[100];
        context.Dice.Fill(entry);
        CloudAnswer put = await context.SendAsync(HttpMethod.Put, await wire.AddressAsync("PUT", "main", "wal"), entry);
        CloudContext.Require(put.IsSuccess, $"the upload of a log was answered with the status {put.Code}");
        CloudAnswer get = await context.SendAsync(HttpMethod.Get, await wire.AddressAsync("GET", "main", "wal"));
        CloudContext.Require(get.Code == 200 && get.Bytes.AsSpan().SequenceEqual(entry), $"the log was answered with the status {get.Code} and {get.Bytes.Length} bytes");
        CloudAnswer delete = await context.SendAsync(HttpMethod.Delete, await wire.AddressAsync("DELETE", "main", "wal"));
        CloudContext.Require(delete.IsSuccess, $"the removal of the log was answered with the status {delete.Code}");
        return Finding.Passed("a log was put, read and removed");
    }

    // A signature is called so, or is longer than every other parameter; where there is no parameter it is the end of the path.
    private static string AlterSignature(string address)
    {
        string[] query = new Uri(address).Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
        string? signature = query.FirstOrDefault(static part => part.Split('=')[0].Contains("sig", StringComparison.OrdinalIgnoreCase)) is { } named ? ValueOf(named) : query.Select(ValueOf).MaxBy(static value => value.Length);
        return signature is { Length: > 0 } ? address.Replace(signature, AlterAt(signature, signature.Length / 2), StringComparison.Ordinal) : AlterAt(address, address.Length - 2);
    }

    private static IEnumerable<string> Parameters(string address) => new Uri(address).Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(ValueOf);

    private static string ValueOf(string parameter) => parameter[(parameter.IndexOf('=', StringComparison.Ordinal) + 1)..];
}
