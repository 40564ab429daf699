using System.Net;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

internal static partial class ErrorSemantics
{
    private const string Page = "<!doctype html><html><head><title>Welcome</title></head><body><h1>Please log in to use this network</h1></body></html>";
    private const string XmlError =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>";

    private const string JsonError = "{\"title\":\"Internal Server Error\",\"status\":500,\"detail\":\"the disk is broken\"}";

    private static readonly (string Text, WireFault Fault)[] s_embedded =
    [
        ("answered 200 with an error in XML", WireFaults.Answer(200, XmlError, "application/xml")),
        ("answered 200 with an error in JSON", WireFaults.Answer(200, JsonError, "application/json")),
    ];

    private static readonly (string Text, WireFault Fault)[] s_pages =
    [
        ("answered 200 with a page", WireFaults.Answer(200, Page, "text/html")),
        ("redirected to a page", WireFaults.Answer(302, headers: ("Location", "http://portal.invalid/login"))),
        ("redirected for now", WireFaults.Answer(307, headers: ("Location", "http://portal.invalid/login"))),
        ("redirected for good", WireFaults.Answer(308, Page, "text/html", ("Location", "http://portal.invalid/"))),
    ];

    // An absence that is nobody's and an acknowledgement without words can be told from the store's own only when everything is answered like that.
    private static readonly (string Text, WireFault Fault)[] s_pagesForAll =
    [
        .. s_pages,
        ("answered 404 with a page", WireFaults.Answer(404, Page, "text/html")),
        ("answered 511 with a page", WireFaults.Answer(511, Page, "text/html")),
    ];

    private static async Task<Finding> SeesErrorsInGoodAnswersAsync(ClauseContext context, WiredStore store)
    {
        WireCalls calls = await WireCalls.PrepareAsync(context);
        int failed = 0;
        int asked = 0;
        foreach ((string text, WireFault fault) in s_embedded)
        {
            foreach (WireCall call in calls.All)
            {
                asked++;
                failed += await store.AskAsync(call, fault, text, context.Cancellation, call.IsMain) is null ? 0 : 1;
            }
        }

        string joined = "";
        if (store.PartsAbove is { } above)
        {
            await FailsWhereJoiningFailsAsync(context, store, above);
            joined = "; so was the joining of parts";
        }

        return Finding.Passed($"{asked} calls were answered 200 with an error inside: {failed} failed, none believed it{joined}");
    }

    // The parts themselves are acknowledged on the wire: only the start, the joining and the end of the upload are asked of the store.
    private static async Task FailsWhereJoiningFailsAsync(ClauseContext context, WiredStore store, long above)
    {
        string key = context.Key("joined.car");
        WireFault part = WireFaults.Answer(200, headers: ("ETag", "\"a-part\""));
        WireFault error = WireFaults.Answer(200, XmlError, "application/xml");
        store.Wire.Meet((request, pass, cancellation) => request.RequestUri!.Query switch
        {
            var query when request.Method == HttpMethod.Put && query.Contains("partNumber=", StringComparison.Ordinal) => part(request, pass, cancellation),
            var query when request.Method == HttpMethod.Post && query.Contains("uploadId=", StringComparison.Ordinal) => error(request, pass, cancellation),
            _ => pass(request, cancellation),
        });
        StorageErrorKind? kind = await KindAsync(() => store.Data.PutAsync(key, new byte[above + 1], PutCondition.None, context.Cancellation));
        store.Wire.Heal();
        ClauseContext.Require(kind is not null, $"a put was acknowledged whose parts were never joined: the answer was 200 with an error inside");
        await context.AbsentAsync(key, "after its parts were never joined");
    }

    private static async Task<Finding> TakesNoPageForDataAsync(ClauseContext context, WiredStore store)
    {
        const int Patience = 64;
        WireCalls calls = await WireCalls.PrepareAsync(context);
        int failed = 0;
        int asked = 0;
        foreach ((string text, WireFault fault) in s_pagesForAll)
        {
            foreach (WireCall call in (WireCall[])[.. calls.All, calls.GetAbsent, calls.HeadAbsent])
                await OneAsync(call, fault, text, null);
        }

        foreach ((string text, WireFault fault) in s_pages)
        {
            foreach (WireCall call in calls.All)
                await OneAsync(call, fault, text, call.IsMain);
        }

        // Nothing that is read is empty here, and an acknowledgement without words is what some stores give.
        WireFault empty = WireFaults.Answer((int)HttpStatusCode.OK);
        foreach (WireCall call in (WireCall[])[.. calls.Reads, calls.GetAbsent, calls.HeadAbsent])
            await OneAsync(call, empty, "answered 200 with nothing", null);
        return Finding.Passed($"{asked} calls met pages, redirects and empty answers: {failed} failed, none took one for data, an acknowledgement or an absence");

        async Task OneAsync(WireCall call, WireFault fault, string text, Func<HttpRequestMessage, bool>? which)
        {
            asked++;
            store.Wire.Meet(fault, which, Patience);
            StorageException? failure = await call.AskAsync(store.Data, text, context.Cancellation);
            ClauseContext.Require(store.Wire.Requests <= Patience, $"{text}, a {call.Name} was sent again more than {Patience} times");
            store.Wire.Heal();
            failed += failure is null ? 0 : 1;
        }
    }
}
