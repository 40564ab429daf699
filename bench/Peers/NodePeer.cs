using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FireproofBench.Peers;

/// <summary>The reference engine's side: reference.mjs in one Node process, idle while ours runs.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private const int LogLines = 20;

    private readonly Process _process;
    private readonly Queue<string?> _log = new();
    private int _lastRequest;

    private NodePeer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Starts the process.</summary>
    /// <param name="folder">The folder of reference.mjs.</param>
    public static NodePeer Start(string folder)
    {
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        ProcessStartInfo start = new("node", ["--no-warnings", "--expose-gc", "--max-old-space-size=8192", "reference.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
        };
        return new NodePeer(Process.Start(start)!);
    }

    /// <summary>What the other side is.</summary>
    public Task<JsonObject> DescribeAsync() => AskAsync("describe", []);

    /// <summary>Lets it write the databases that the reading workloads start from.</summary>
    public Task<JsonObject> PrepareAsync(string prepared, Sizes sizes) =>
        AskAsync("prepare", new JsonObject { ["prepared"] = prepared, ["sizes"] = Json(sizes) });

    /// <summary>Lets it take one round; the answer's fields beside the two of <see cref="Round"/> go to the raw figures.</summary>
    public Task<JsonObject> RoundAsync(string workload, string prepared, string scratch, Sizes sizes) =>
        AskAsync("round", new JsonObject { ["workload"] = workload, ["prepared"] = prepared, ["scratch"] = scratch, ["sizes"] = Json(sizes) });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static JsonNode Json(Sizes sizes) => JsonSerializer.SerializeToNode(sizes, JsonSerializerOptions.Web)!;

    private async Task<JsonObject> AskAsync(string verb, JsonObject request)
    {
        request["id"] = ++_lastRequest;
        request["verb"] = verb;
        await _process.StandardInput.WriteLineAsync(request.ToJsonString());
        await _process.StandardInput.FlushAsync();
        string line = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The Node process ended during '{verb}'.\n{LastLog()}");
        JsonObject answer = JsonNode.Parse(line)!.AsObject();
        if (answer["error"] is { } error)
            throw new InvalidOperationException($"The reference engine's side failed: {error}\n{LastLog()}");
        JsonNode result = answer["result"]!;
        answer.Remove("result");
        return result.AsObject();
    }

    private string LastLog()
    {
        lock (_log)
            return string.Join('\n', _log);
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > LogLines)
                _log.Dequeue();
        }
    }
}
