using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>What every answer of the endpoint has.</summary>
internal static class TraceAnswer
{
    /// <summary>Checks that an answer says of the question what the client knows it by, and that an error has no connection: a client would end its subscription over it.</summary>
    public static void CheckRepeats(JsonObject answer, JsonObject question)
    {
        bool isError = (string?)answer["type"] == "error";
        foreach (string name in (string[])(isError ? ["tid", "auth"] : ["tid", "auth", "tenant", "methodParam", "urlParam"]))
            Assert.True(JsonNode.DeepEquals(question[name], answer[name]), $"{name} is {answer[name]?.ToJsonString()} in the answer to {question["type"]} {question["tid"]}");
        if (isError)
        {
            Assert.Null(answer["conn"]);
            Assert.NotEqual("", (string?)answer["message"] ?? "");
        }
        else if (question["conn"] is { } asked)
        {
            JsonNode? connection = answer["conn"]?.DeepClone();
            Assert.NotEqual("", (string?)connection?["resId"] ?? "");
            if (asked["resId"] is null)
                _ = connection!.AsObject().Remove("resId");
            Assert.True(JsonNode.DeepEquals(asked, connection), $"conn is {answer["conn"]?.ToJsonString()} in the answer to {question["type"]} {question["tid"]}");
        }
    }
}
