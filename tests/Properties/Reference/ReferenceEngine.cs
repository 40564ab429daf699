using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FireproofBench.Properties.Reference;
using Xunit;

[assembly: AssemblyFixture(typeof(ReferenceEngine))]

namespace FireproofBench.Properties.Reference;

/// <summary>
/// The JavaScript reference engine in one Node process for the whole test run, started by the first test that asks for it. Without Node or
/// its packages a test that asks is skipped with the reason.
/// </summary>
public sealed class ReferenceEngine : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private NodeProcess? _process;
    private string? _unavailable;
    private long _lastRequest;
    private long _lastHandle;

    /// <summary>Opens or makes a database.</summary>
    public async Task<ReferenceDatabase> OpenAsync(ReferenceLocation location, CancellationToken cancellation)
    {
        string handle = Interlocked.Increment(ref _lastHandle).ToString(CultureInfo.InvariantCulture);
        await AskAsync(
            "database.open",
            writer =>
            {
                writer.WriteString("handle", handle);
                writer.WriteString("directory", location.Directory);
                writer.WriteString("name", location.Name);
                writer.WriteString("keyBag", location.KeyBag);
                writer.WriteBoolean("insecure", location.Insecure);
                if (location.Strategy is not null)
                    writer.WriteString("strategy", location.Strategy);
            },
            cancellation);
        return new ReferenceDatabase(this, handle);
    }

    /// <summary>Applies operations of the vector files' kind to a pail or clock; each has its answer, which may be an <c>error</c>.</summary>
    /// <param name="session">Blocks, roots and heads are kept by this name until <see cref="DropPailAsync"/>.</param>
    /// <param name="operations">A JSON list, as in pail.jsonl and clock.jsonl. Clocks that are merged must have a common ancestor.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<JsonElement> RunPailAsync(string session, string operations, CancellationToken cancellation)
    {
        JsonElement answer = await AskAsync(
            "pail.run",
            writer =>
            {
                writer.WriteString("session", session);
                writer.WritePropertyName("operations");
                writer.WriteRawValue(operations);
            },
            cancellation);
        return answer.GetProperty("results");
    }

    /// <summary>Forgets a session of <see cref="RunPailAsync"/>.</summary>
    public Task DropPailAsync(string session, CancellationToken cancellation) =>
        AskAsync("pail.drop", writer => writer.WriteString("session", session), cancellation);

    /// <summary>Encodes a value, given as DAG-JSON, as DAG-CBOR.</summary>
    public async Task<byte[]> EncodeCborAsync(string json, CancellationToken cancellation)
    {
        JsonElement answer = await AskAsync(
            "cbor.encode",
            writer =>
            {
                writer.WritePropertyName("value");
                writer.WriteRawValue(json);
            },
            cancellation);
        return ReadBytes(answer.GetProperty("bytes"));
    }

    /// <summary>Decodes DAG-CBOR; gives the value as DAG-JSON.</summary>
    /// <exception cref="ReferenceException">The bytes are not DAG-CBOR.</exception>
    public async Task<string> DecodeCborAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        JsonElement answer = await AskAsync(
            "cbor.decode",
            writer =>
            {
                writer.WritePropertyName("bytes");
                WriteBytes(writer, bytes.Span);
            },
            cancellation);
        return answer.GetProperty("value").GetRawText();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _turn.Dispose();
    }

    internal async Task<JsonElement> AskAsync(string verb, Action<Utf8JsonWriter> request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            NodeProcess process = await StartedAsync(cancellation);
            long id = ++_lastRequest;
            string answer = await ExchangeAsync(process, verb, Compose(id, verb, request), cancellation);
            return Judge(process, verb, id, answer);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string Compose(long id, string verb, Action<Utf8JsonWriter> request)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter writer = new(line, new JsonWriterOptions { SkipValidation = true, MaxDepth = 1000 }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("verb", verb);
            request(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static JsonElement Judge(NodeProcess process, string verb, long id, string answer)
    {
        using JsonDocument document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 1000 });
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("error", out JsonElement error))
            throw new ReferenceException($"{verb}: {error.GetProperty("message").GetString()}\n{process.LastLog}");
        if (root.GetProperty("id").GetInt64() != id)
            throw new ReferenceException($"{verb}: the answer belongs to request {root.GetProperty("id")}, not {id}.");
        return root.GetProperty("result").Clone();
    }

    private static byte[] ReadBytes(JsonElement value)
    {
        // DAG-JSON writes base64 without padding.
        string text = value.GetProperty("/").GetProperty("bytes").GetString()!;
        return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }

    private static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("/");
        writer.WriteString("bytes", Convert.ToBase64String(bytes).TrimEnd('='));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private async Task<NodeProcess> StartedAsync(CancellationToken cancellation)
    {
        if (_unavailable is null && _process is null)
        {
            try
            {
                _process = await NodeProcess.StartAsync(cancellation);
            }
            catch (NodeUnavailableException unavailable)
            {
                _unavailable = unavailable.Message;
            }
        }

        if (_unavailable is not null)
            Assert.Skip(_unavailable);
        return _process!;
    }

    /// <summary>A process that did not answer in time is in an unknown state: it is ended, and the next request starts another.</summary>
    private async Task<string> ExchangeAsync(NodeProcess process, string verb, string request, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(AnswerWithin);
        try
        {
            return await process.ExchangeAsync(request, deadline.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            string log = process.LastLog;
            _process = null;
            await process.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new ReferenceException($"{verb}: no answer ({failure.Message}) to {Shorten(request)}\n{log}", failure);
        }
    }

    private static string Shorten(string text) => text.Length <= 2000 ? text : string.Concat(text.AsSpan(0, 2000), "…");
}
