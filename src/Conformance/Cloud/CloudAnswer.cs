using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace FireproofBench.Conformance.Cloud;

/// <summary>What an endpoint answered to a request of its own.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Bytes">The body.</param>
internal sealed record CloudAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, byte[] Bytes)
{
    /// <summary>The status as a number.</summary>
    public int Code => (int)Status;

    /// <summary>Whether it is 2xx.</summary>
    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>The body as a message.</summary>
    /// <exception cref="ClauseViolation">It is no JSON object.</exception>
    public JsonObject Message => CloudJson.Read(Bytes, $"an answer with the status {Code}");

    /// <summary>A header; empty when it is not there.</summary>
    public string Header(string name) => Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : "";
}
