using System.Security.Cryptography;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class Integrity
{
    private static async Task<Finding> NoticesCutBodiesAsync(ClauseContext context, WiredStore store)
    {
        const int Length = 40_000;
        string key = context.Key("cut.car");
        byte[] body = context.Body(key, Length);
        await context.PutAsync(key, body);
        await context.ReadsAsync(key, body, "before it was cut");
        int failed = 0;
        int asked = 0;
        for (int pieces = 0; pieces < WireFaults.Pieces; pieces++)
        {
            ByteRange? range = pieces % 2 == 0 ? null : new ByteRange(1000, 20_000);
            await AskAsync(null, WireFaults.Cut(pieces, breaks: false), $"ended after {pieces} sixteenths");
            await AskAsync(range, WireFaults.Cut(pieces, breaks: true), $"broke off after {pieces} sixteenths");
            await AskAsync(new ByteRange(pieces * 1000, 20_000), WireFaults.Cut(pieces, breaks: false), $"ended after {pieces} sixteenths");
            await AskAsync(range, WireFaults.Extend(pieces), $"went on for {pieces} sixteenths after its end");
            await AskAsync(null, WireFaults.CutUnannounced(pieces), $"ended after {pieces} sixteenths and had not said how long it was");
        }

        return Finding.Passed($"{asked} answers ended early, broke off or went on, at each sixteenth: {failed} were failures, the others the whole object");

        async Task AskAsync(ByteRange? range, WireFault fault, string how)
        {
            asked++;
            store.Wire.Meet(fault, static r => r.Method == HttpMethod.Get);
            try
            {
                ObjectContent? content = await store.Data.GetAsync(key, range, context.Cancellation);
                ClauseContext.Require(content is not null, $"a get whose answer {how} said that there is no such object");
                ReadOnlySpan<byte> expected = range is { } part ? body.AsSpan((int)part.Offset, (int)part.Length) : body;
                if (ClauseContext.Difference(content!.Bytes.Span, expected) is { } difference)
                    throw new ClauseViolation($"a get{(range is null ? "" : " of a part")} whose answer {how} was a success with {difference}");
            }
            catch (StorageException)
            {
                failed++;
            }
            finally
            {
                store.Wire.Heal();
            }
        }
    }

    private static async Task<Finding> RefusesWrongChecksumsAsync(ClauseContext context)
    {
        if (context.RawPut is not { } put)
            return Finding.Unsupported("no checksum can be given with a put at such an address");
        (string Header, Func<byte[], string> Sum)[] sums =
        [
            ("Content-MD5", body => Convert.ToBase64String(Md5(body))),
            ("x-amz-checksum-sha256", body => Convert.ToBase64String(SHA256.HashData(body))),
        ];
        List<string> enforced = [];
        List<string> ignored = [];
        foreach ((string header, Func<byte[], string> sum) in sums)
        {
            string right = context.Key($"{header}/right");
            byte[] body = context.Body(right, 2000);
            int control = await put(right, body, header, sum(body), context.Cancellation);
            await context.DeleteAsync(right);
            if (control is not (>= 200 and < 300))
                continue;
            int refused = 0;
            int n = context.Plan.Count(20, 2, 6);
            for (int i = 0; i < n; i++)
            {
                string key = context.Key($"{header}/wrong-{i}");
                byte[] other = context.Body(key, 2000, version: 2);
                int status = await put(key, context.Body(key, 2000), header, sum(other), context.Cancellation);
                bool isThere = await context.HeadAsync(key) is not null;
                await context.DeleteAsync(key);
                ClauseContext.Require(status is >= 200 and < 300 || !isThere, $"a put with a wrong {header} was refused with status {status} and stored all the same");
                refused += status is >= 200 and < 300 ? 0 : 1;
            }

            ClauseContext.Require(refused is 0 || refused == n, $"{n - refused} of {n} puts with a wrong {header} were acknowledged, the others refused");
            (refused == n ? enforced : ignored).Add(header);
        }

        ClauseContext.Require(enforced.Count > 0 || ignored.Count == 0, $"puts with a wrong {string.Join(", ", ignored)} were acknowledged");
        if (ignored.Count > 0)
            context.Quirk($"A wrong {string.Join(" or ", ignored)} with a put is not noticed.");
        return enforced.Count == 0
            ? Finding.Unsupported("puts with a checksum are refused, also with the right one")
            : Finding.Passed($"puts whose {string.Join(", ", enforced)} did not fit were refused and stored nothing{(ignored.Count > 0 ? $"; {string.Join(", ", ignored)} is not looked at" : "")}");
    }

#pragma warning disable CA5351 // The header is defined as MD5; it guards against accidents, and the content id against all else.
    private static byte[] Md5(byte[] body) => MD5.HashData(body);
#pragma warning restore CA5351
}
