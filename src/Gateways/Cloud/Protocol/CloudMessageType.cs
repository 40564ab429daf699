namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>The types of messages, as they stand on the wire.</summary>
internal static class CloudMessageType
{
    public const string Gestalt = "reqGestalt";
    public const string GestaltAnswer = "resGestalt";
    public const string Open = "reqOpen";
    public const string OpenAnswer = "resOpen";
    public const string Close = "reqClose";
    public const string CloseAnswer = "resClose";
    public const string Chat = "reqChat";
    public const string ChatAnswer = "resChat";
    public const string Bind = "bindGetMeta";
    public const string MetaEvent = "eventGetMeta";
    public const string PutMeta = "reqPutMeta";
    public const string PutMetaAnswer = "resPutMeta";
    public const string Error = "error";

    /// <summary>What a request for a file asks for: <c>req</c>, then <c>Get</c>, <c>Put</c> or <c>Del</c>, then <c>Data</c> or <c>WAL</c>.</summary>
    /// <returns>The method, whether it is about a log, and the type of the answer; null for every other type.</returns>
    public static (string Method, bool IsLog, string Answer)? FileRequestOf(string type) => type switch
    {
        "reqGetData" => ("GET", false, "resGetData"),
        "reqPutData" => ("PUT", false, "resPutData"),
        "reqDelData" => ("DELETE", false, "resDelData"),
        "reqGetWAL" => ("GET", true, "resGetWAL"),
        "reqPutWAL" => ("PUT", true, "resPutWAL"),
        "reqDelWAL" => ("DELETE", true, "resDelWAL"),
        _ => null,
    };
}
