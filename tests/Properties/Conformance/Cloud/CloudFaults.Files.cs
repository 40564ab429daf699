using System.Collections.Concurrent;
using FireproofBench.Conformance.Cloud;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <content>What becomes of files.</content>
internal static partial class CloudFaults
{
    private static IEnumerable<CloudFault> Files()
    {
        yield return new CloudFault("addresses are made one after the other, each after a while", "FPC-12") { Evidence = "reqPutData", Pause = static message => TimeSpan.FromMilliseconds(message.Text("type") == "resPutData" ? 15 : 0) };
        yield return new CloudFault("files come back without their end", "FPC-13")
        {
            Evidence = "bytes instead of",
            File = static async (method, _, _, pass) => await pass() is var answer && method == HttpMethod.Get && answer.Status == 200 ? answer with { Body = answer.Body[..(answer.Body.Length / 2)] } : answer,
        };
        yield return new CloudFault("a file that is not there is an empty one", "FPC-14")
        {
            Evidence = "a file that is not there was answered with the status 200",
            File = static async (method, _, _, pass) => await pass() is var answer && method == HttpMethod.Get && answer.Status == 404 ? answer with { Status = 200, Body = [] } : answer,
        };
        yield return new CloudFault("addresses are good for every method", "FPC-14")
        {
            Evidence = "used for PUT was answered with the status 200",
            File = static async (method, address, _, pass) => method == HttpMethod.Put && address.Query.Contains("m=GET", StringComparison.Ordinal) ? new CloudProxyAnswer(200, [], []) : await pass(),
        };
        ConcurrentDictionary<string, byte[]> last = [];
        yield return new CloudFault("of files of one name the last one stays", "FPC-15")
        {
            Evidence = "cannot be opened",
            File = async (method, address, body, pass) =>
            {
                CloudProxyAnswer answer = await pass();
                if (method == HttpMethod.Put && answer.Status is >= 200 and < 300)
                    last[address.AbsolutePath] = body;
                return method == HttpMethod.Get && answer.Status == 200 && last.TryGetValue(address.AbsolutePath, out byte[]? newest) ? answer with { Body = newest } : answer;
            },
        };
        HashSet<string> there = [];
        yield return new CloudFault("of files of one name the first one stays", "FPC-15")
        {
            Evidence = "cannot be opened",
            File = async (method, address, _, pass) => method == HttpMethod.Put && address.AbsolutePath.Contains("/car/", StringComparison.Ordinal) && !there.Add(address.AbsolutePath) ? new CloudProxyAnswer(200, [], []) : await pass(),
        };
        yield return new CloudFault("removals are acknowledged and not made", "FPC-16")
        {
            Evidence = "a file that was removed was answered with the status 200",
            File = static async (method, _, _, pass) => method == HttpMethod.Delete ? new CloudProxyAnswer(204, [], []) : await pass(),
        };
        yield return new CloudFault("upload logs are not known", "FPC-17")
        {
            Evidence = "reqPutWAL was answered with error",
            Ask = static (message, session) => message.Text("type")?.EndsWith("WAL", StringComparison.Ordinal) == true ? session.Answer(Error(message, "unexpected message")) : message,
        };
    }
}
