using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>A database that the reference engine holds open. Closing it waits until its files are settled.</summary>
public sealed class ReferenceDatabase : IAsyncDisposable
{
    private readonly ReferenceEngine _engine;
    private readonly string _handle;
    private bool _closed;

    internal ReferenceDatabase(ReferenceEngine engine, string handle)
    {
        _engine = engine;
        _handle = handle;
    }

    /// <summary>Takes steps, each awaited before the next. A step that the engine refuses does not end the script.</summary>
    internal Task<ImmutableArray<ReferenceStepResult>> RunAsync(IEnumerable<ScriptStep> steps, CancellationToken cancellation) =>
        RunRawAsync(
            writer =>
            {
                writer.WriteStartArray();
                foreach (ScriptStep step in steps)
                    step.WriteTo(writer);
                writer.WriteEndArray();
            },
            cancellation);

    /// <summary>Takes the steps of a fixture's script.</summary>
    public Task<ImmutableArray<ReferenceStepResult>> RunAsync(JsonElement script, CancellationToken cancellation) =>
        RunRawAsync(script.WriteTo, cancellation);

    /// <summary>Attaches a folder, <c>&lt;directory&gt;/&lt;name&gt;</c>, as a remote store; takes in what is there, and sends what is here.</summary>
    /// <remarks>What others write there later is seen only by a database that is opened and attached again: the engine's file gateway tells of nothing.</remarks>
    public Task AttachAsync(string directory, string name, CancellationToken cancellation) =>
        _engine.AskAsync(
            "database.attach",
            writer =>
            {
                writer.WriteString("handle", _handle);
                writer.WriteString("directory", directory);
                writer.WriteString("name", name);
            },
            cancellation);

    /// <summary>Attaches a cloud endpoint by its own protocol: from then on what others write comes by itself.</summary>
    /// <remarks>A process of the engine has one connection to an endpoint, which all its databases share: a device of its own is a process of its own.</remarks>
    /// <exception cref="ReferenceException">It was not attached in time; the engine itself would wait for ever.</exception>
    public Task AttachCloudAsync(Uri endpoint, string token, TimeSpan within, CancellationToken cancellation) =>
        _engine.AskAsync(
            "database.attachCloud",
            writer =>
            {
                writer.WriteString("handle", _handle);
                writer.WriteString("url", $"fpcloud://{endpoint.Authority}{endpoint.AbsolutePath.TrimEnd('/')}?protocol={(endpoint.Scheme == Uri.UriSchemeHttps ? "wss" : "ws")}");
                writer.WriteString("token", token);
                writer.WriteNumber("withinMs", (int)within.TotalMilliseconds);
            },
            cancellation);

    /// <summary>Waits until nothing is under way any more, neither here nor to a remote store.</summary>
    public Task SettleAsync(CancellationToken cancellation) =>
        _engine.AskAsync("database.settle", writer => writer.WriteString("handle", _handle), cancellation);

    /// <summary>Reads everything that is visible.</summary>
    /// <param name="changes">Whether to list the changes since the beginning too.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<ReferenceReading> ReadAsync(bool changes, CancellationToken cancellation)
    {
        JsonElement answer = await _engine.AskAsync(
            "database.read",
            writer =>
            {
                writer.WriteString("handle", _handle);
                writer.WriteBoolean("changes", changes);
            },
            cancellation);
        return ReferenceReading.From(answer);
    }

    /// <summary>Compacts; gives the groups of the car log afterwards, newest first.</summary>
    public async Task<ImmutableArray<ImmutableArray<string>>> CompactAsync(CancellationToken cancellation)
    {
        JsonElement answer = await _engine.AskAsync("database.compact", writer => writer.WriteString("handle", _handle), cancellation);
        return [.. answer.GetProperty("after").EnumerateArray().Select(ReferenceReading.Texts)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;
        _closed = true;
        await _engine.AskAsync("database.close", writer => writer.WriteString("handle", _handle), CancellationToken.None);
    }

    private async Task<ImmutableArray<ReferenceStepResult>> RunRawAsync(Action<Utf8JsonWriter> script, CancellationToken cancellation)
    {
        JsonElement answer = await _engine.AskAsync(
            "database.run",
            writer =>
            {
                writer.WriteString("handle", _handle);
                writer.WritePropertyName("script");
                script(writer);
            },
            cancellation);
        return [.. answer.GetProperty("results").EnumerateArray().Select(ReferenceStepResult.From)];
    }
}
