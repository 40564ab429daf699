using System.Text.Json.Nodes;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>One line of a recording.</summary>
/// <param name="Trace">The name of the recording.</param>
/// <param name="Line">Which of its lines, from 1.</param>
/// <param name="Json">What stands there.</param>
internal sealed record TraceEntry(string Trace, int Line, JsonObject Json)
{
    /// <summary>What happened, where nobody said anything: <c>server-start</c>, <c>ws-close</c>, <c>discarded</c>.</summary>
    public string? Event => (string?)Json["ev"];

    /// <summary>When it was, since the recorded server began.</summary>
    public TimeSpan Time => TimeSpan.FromMilliseconds((int)Json["ms"]!);

    /// <summary>Whether the client said it.</summary>
    public bool IsFromClient => (string?)Json["dir"] == "C>S";

    /// <summary>Which way it went: <c>ws</c>, <c>http</c> or <c>upgrade</c>.</summary>
    public string? Way => (string?)Json["via"];

    /// <summary>The number of the socket, from 1 since the recorded server began.</summary>
    public int? Socket => (int?)Json["ws"];

    /// <summary>The message; null for a file, and for what is no message.</summary>
    public JsonObject? Message => Json["msg"]?.AsObject();

    /// <summary>The type of the message.</summary>
    public string Type => (string)Message!["type"]!;

    /// <summary>The number of the exchange; null where a message has none.</summary>
    public string? Exchange => (string?)Message!["tid"];

    /// <summary>The method of a request.</summary>
    public string Method => (string)Json["method"]!;

    /// <summary>Path and query of a request.</summary>
    public string Url => (string)Json["url"]!;

    /// <summary>The status of an answer; null where none was recorded.</summary>
    public int? Status => (int?)Json["status"];

    /// <summary>How many bytes a file has; 0 where none came.</summary>
    public int Size => (int?)Json["size"] ?? 0;

    /// <summary>How a socket was closed.</summary>
    public int? Code => (int?)Json["code"];

    /// <summary>A header of a request; null where it has none of that name.</summary>
    public string? Header(string name) => (string?)Json["headers"]?[name];
}
