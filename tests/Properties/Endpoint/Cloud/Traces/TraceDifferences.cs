using System.Collections.Immutable;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>All that the endpoint rightly does otherwise than the servers of the recordings, most of which misbehaved on purpose.</summary>
internal static class TraceDifferences
{
    /// <summary>What stands for an answer that does not come.</summary>
    public const string Nothing = "nothing";

    /// <summary>What stands for a file that does not come to the server.</summary>
    public const string Lost = "lost";

    /// <summary>What stands for heads that are not shown.</summary>
    public const string HeldBack = "held back";

    private const string Withheld = "The recorded server kept the first event back to show that a client then waits for ever.";
    private const string Injected = "The recorded server failed once on purpose; nothing is wrong with the message.";
    private const string Strict = "The recorded server forgot connections with its restart, and its clients were lost with that: the endpoint takes what has a good token.";
    private const string FailedUpload = "The recorded server refused files on purpose. Here they are lost on their way, which is the same to the client: it sends the heads all the same.";
    private const string FailedDownload = "The recorded server refused on purpose a file that it had.";
    private const string Unchecked = "The recorded server looked for no e-mail address in a token; the project's own server and the endpoint do, and refuse each message with it.";
    private const string Dangling = "The recorded server showed heads whose files had not come, which does harm to all who hear of them.";

    /// <summary>All differences.</summary>
    public static ImmutableArray<TraceDifference> All { get; } =
    [
        new("12-no-first-event", "bindGetMeta", Nothing, "eventGetMeta", Withheld),
        new("13-conn-in-error", "reqPutMeta", "error", "resPutMeta", Injected),
        new("13b-error-no-conn", "reqPutMeta", "error", "resPutMeta", Injected),
        new("14a-http-restart-strict", "reqPutData", "error", "resPutData", Strict),
        new("14a-http-restart-strict", "reqPutMeta", "error", "resPutMeta", Strict),
        new("14a-http-restart-strict", "bindGetMeta", "error", "eventGetMeta", Strict),
        new("15b-put-500", "PUT", "500", Lost, FailedUpload),
        new("25-missing-403", "GET", "403", "200", FailedDownload),
        new("25-missing-500", "GET", "500", "200", FailedDownload),
        new("40-token-no-email", "reqGestalt", "resGestalt", "error", Unchecked),
        new("40-token-no-email", "reqOpen", "resOpen", "error", Unchecked),
        new("51-dangling-meta", "PUT", "500", Lost, FailedUpload),
        new("51-dangling-meta", "reqPutMeta", "eventGetMeta", HeldBack, Dangling),
        new("51hold-dangling-meta", "PUT", "500", Lost, FailedUpload),
    ];

    /// <summary>The difference in an answer; null where it is to be as it was recorded.</summary>
    public static TraceDifference? Find(string trace, string request, string recorded) =>
        All.FirstOrDefault(difference => (difference.Trace, difference.Request, difference.Recorded) == (trace, request, recorded));
}
