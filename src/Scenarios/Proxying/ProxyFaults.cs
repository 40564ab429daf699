using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Xml.Linq;
using FireproofBench.Gateways.Simulated;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>What a proxy can do to the requests of a store.</summary>
internal static class ProxyFaults
{
    private const string Refused = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{0}</Code><Message>{1}</Message></Error>";
    private const int Pieces = WireFaults.Pieces;

    /// <summary>All of them, by class.</summary>
    public static ImmutableArray<ProxyFault> All { get; } =
    [
        new("V01", "stale after an overwrite", "Reads give what they gave before an overwrite, for as long as the lag.", static setting =>
            new AnswerCache(setting, static answer => answer.IsSuccessStatusCode, HttpMethod.Put).AnswerAsync) { Killers = ["CON-03", "CON-08", "MET-07"] },
        new("V02", "absence is cached", "A read that found nothing finds nothing for as long as the lag.", static setting =>
            new AnswerCache(setting, static answer => answer.StatusCode == HttpStatusCode.NotFound, null).AnswerAsync) { Killers = ["CON-02"] },
        new("V05", "listed late", "What was put is listed after the lag.", LateListing) { Killers = ["CON-04", "LST-01"] },
        new("V07", "deleted late", "Reads give what was deleted, for as long as the lag.", static setting =>
            new AnswerCache(setting, static answer => answer.IsSuccessStatusCode, HttpMethod.Delete).AnswerAsync) { Killers = ["OBJ-06", "CON-01"] },
        new("V14", "cache before the store", "A read is answered as it was before, for as long as the lag.", static setting =>
            new AnswerCache(setting, static answer => answer.IsSuccessStatusCode, null).AnswerAsync) { Killers = ["CON-03", "MET-07"] },
        new("A04", "gap at an overwrite", "While an object is put, it is not there.", GapAtOverwrite) { Killers = ["CCY-01", "CCY-03"], Lag = TimeSpan.FromMilliseconds(20) },
        new("C07", "quoted versions are refused", "A put over a version that is quoted, as the standard asks, is refused as if the version were another.", static setting => (request, pass, cancellation) =>
            ObjectRequest.IsPut(request) && Quoted(request) && setting.Strikes() ? WireFaults.Answer(412, Told("PreconditionFailed"), "application/xml")(request, pass, cancellation) : pass(request, cancellation))
            { Killers = ["CAS-06"] },
        new("C10", "phantom loss", "The answer to a conditional put that was carried out is lost.", static setting => (request, pass, cancellation) =>
            ObjectRequest.IsPut(request) && IsConditional(request) && setting.Strikes() ? WireFaults.LoseAnswer(request, pass, cancellation) : pass(request, cancellation))
            { Killers = ["CAS-08", "CAS-02"], Rate = 0.2 },
        new("L01", "loss between pages", "The last key of a page that is not the last page is not told.", static setting => (request, pass, cancellation) => ObjectRequest.IsListing(request)
            ? ListingPage.ChangeAsync(request, pass, (entries, goesOn) => goesOn && entries.Count > 1 && setting.Strikes() ? entries.SkipLast(1) : entries, cancellation)
            : pass(request, cancellation)) { Killers = ["LST-01"] },
        new("L08", "ghosts", "What was deleted is listed for ever.", Ghosts) { Killers = ["LST-05"] },
        new("B01", "short body", "A body ends early, under its whole length.", static setting => (request, pass, cancellation) =>
            ObjectRequest.IsRead(request) && request.Method == HttpMethod.Get && setting.Strikes() ? WireFaults.Cut(Pieces / 2, breaks: false)(request, pass, cancellation) : pass(request, cancellation))
            { Killers = ["OBJ-01", "INT-01", "INT-02"], Rate = 0.05 },
        new("B03", "bit rot", "A bit of an object is another one, at every read.", static setting => async (request, pass, cancellation) =>
        {
            HttpResponseMessage answer = await pass(request, cancellation);
            return request.Method == HttpMethod.Get && ObjectRequest.IsRead(request) && answer.IsSuccessStatusCode && setting.StrikesAt(ObjectRequest.PlaceOf(request))
                ? await FlippedAsync(answer, cancellation)
                : answer;
        }) { Killers = ["INT-01", "INT-03", "INT-08", "OBJ-01"], Rate = 0.02 },
        new("B09", "empty is absent", "An empty object is answered as absent.", static setting => async (request, pass, cancellation) =>
        {
            HttpResponseMessage answer = await pass(request, cancellation);
            if (!ObjectRequest.IsRead(request) || !answer.IsSuccessStatusCode || answer.Content.Headers.ContentLength != 0 || !setting.Strikes())
                return answer;
            answer.Dispose();
            return await WireFaults.Answer(404, Told("NoSuchKey"), "application/xml")(request, pass, cancellation);
        }) { Killers = ["OBJ-02"] },
        new("E02", "200 with an error inside", "A put is not carried out, and answered with status 200 and an error document.", static setting => (request, pass, cancellation) =>
            ObjectRequest.IsPut(request) && setting.Strikes() ? WireFaults.Answer(200, Told("InternalError"), "application/xml")(request, pass, cancellation) : pass(request, cancellation))
            { Killers = ["ERR-03", "OBJ-01", "DUR-01"], Rate = 0.02 },
        new("E03", "captive portal", "A page of HTML with status 200 in place of an answer.", static setting => (request, pass, cancellation) =>
            setting.Strikes() ? WireFaults.Answer(200, "<!doctype html><title>Welcome</title>Please accept our terms.", "text/html")(request, pass, cancellation) : pass(request, cancellation))
            { Killers = ["ERR-06", "OBJ-01", "INT-01"], Rate = 0.02 },
        new("E10", "throttle storm", "Every fifth request is refused as too many, and some of those are carried out.", ThrottleStorm) { Killers = ["ERR-04", "CAS-08"] },
    ];

    private static WireFault LateListing(FaultSetting setting)
    {
        ConcurrentDictionary<string, long> since = new(StringComparer.Ordinal);
        return async (request, pass, cancellation) =>
        {
            if (ObjectRequest.IsListing(request))
            {
                long now = setting.Time.GetTimestamp();
                return await ListingPage.ChangeAsync(
                    request, pass, (entries, _) => entries.Where(entry => !since.TryGetValue(ObjectRequest.KeyOf(entry), out long until) || now >= until), cancellation);
            }

            HttpResponseMessage answer = await pass(request, cancellation);
            if (ObjectRequest.IsPut(request) && answer.IsSuccessStatusCode && setting.Strikes())
                _ = since.TryAdd(ObjectRequest.KeyOf(request), setting.Time.GetTimestamp() + (long)(setting.Lag.TotalSeconds * setting.Time.TimestampFrequency));
            return answer;
        };
    }

    private static WireFault Ghosts(FaultSetting setting)
    {
        ConcurrentDictionary<string, XElement> listed = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, bool> deleted = new(StringComparer.Ordinal);
        return async (request, pass, cancellation) =>
        {
            if (ObjectRequest.IsListing(request))
            {
                return await ListingPage.ChangeAsync(request, pass, (entries, goesOn) =>
                {
                    foreach (XElement entry in entries)
                        listed[ObjectRequest.KeyOf(entry)] = new XElement(entry);
                    if (goesOn || entries.Count == 0)
                        return entries;

                    // A ghost stands between the keys of its page, so that no page has what belongs to another one.
                    string first = ObjectRequest.KeyOf(entries[0]);
                    string prefix = first[..(first.LastIndexOf('/') + 1)];
                    return entries.Concat(deleted.Keys
                            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, first) > 0 && entries.All(entry => ObjectRequest.KeyOf(entry) != key))
                            .Select(key => listed[key]))
                        .OrderBy(ObjectRequest.KeyOf, StringComparer.Ordinal);
                }, cancellation);
            }

            HttpResponseMessage answer = await pass(request, cancellation);
            string name = ObjectRequest.KeyOf(request);
            if (ObjectRequest.IsDelete(request) && answer.IsSuccessStatusCode && listed.ContainsKey(name) && setting.Strikes())
                deleted[name] = true;
            return answer;
        };
    }

    private static WireFault GapAtOverwrite(FaultSetting setting)
    {
        ConcurrentDictionary<string, int> open = new(StringComparer.Ordinal);
        return async (request, pass, cancellation) =>
        {
            string place = ObjectRequest.PlaceOf(request);
            if (ObjectRequest.IsRead(request) && open.GetValueOrDefault(place) > 0)
                return await WireFaults.Answer(404, Told("NoSuchKey"), "application/xml")(request, pass, cancellation);
            if (!ObjectRequest.IsPut(request) || !setting.Strikes())
                return await pass(request, cancellation);
            _ = open.AddOrUpdate(place, 1, static (_, count) => count + 1);
            try
            {
                await setting.WaitAsync(cancellation);
                return await pass(request, cancellation);
            }
            finally
            {
                _ = open.AddOrUpdate(place, 0, static (_, count) => count - 1);
            }
        };
    }

    private static WireFault ThrottleStorm(FaultSetting setting)
    {
        int count = 0;
        (string, string)[] wait = [("Retry-After", "1")];
        return (request, pass, cancellation) => Interlocked.Increment(ref count) % 5 != 0 ? pass(request, cancellation)
            : setting.Below(2) == 0 ? WireFaults.RefuseAfter(503, wait)(request, pass, cancellation)
            : WireFaults.Answer(503, Told("SlowDown"), "application/xml", wait)(request, pass, cancellation);
    }

    private static async Task<HttpResponseMessage> FlippedAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        KeptAnswer kept = await KeptAnswer.TakeAsync(answer, 0, cancellation);
        if (kept.Body.Length > 0)
            kept.Body[kept.Body.Length / 2] ^= 1;
        HttpRequestMessage request = answer.RequestMessage!;
        answer.Dispose();
        return kept.Give(request);
    }

    private static bool IsConditional(HttpRequestMessage request) => request.Headers.IfMatch.Count > 0 || request.Headers.IfNoneMatch.Count > 0;

    private static bool Quoted(HttpRequestMessage request) => request.Headers.TryGetValues("If-Match", out IEnumerable<string>? values) && values.Any(static value => value.StartsWith('"'));

    private static string Told(string code) => string.Format(System.Globalization.CultureInfo.InvariantCulture, CompositeFormat.Parse(Refused), code, "told by the proxy");
}
