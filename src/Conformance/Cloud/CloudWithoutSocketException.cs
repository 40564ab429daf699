namespace FireproofBench.Conformance.Cloud;

/// <summary>A check needs a WebSocket, and the endpoint says that it has none.</summary>
#pragma warning disable CA1064, CA1032 // Internal as everything here: it never leaves the runner.
internal sealed class CloudWithoutSocketException() : Exception("the endpoint offers no WebSocket (no 'stream' in its gestalt): clients send a request for each message");
#pragma warning restore CA1064, CA1032
