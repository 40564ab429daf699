using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>A request at the fake server, and the ways to answer it.</summary>
internal sealed class FakeRequest
{
    private const byte TlsHandshake = 0x16;
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly CancellationToken _end;
    private byte[]? _body;

    private FakeRequest(TcpClient client, Stream stream, string[] lines, CancellationToken end)
    {
        (_client, _stream, _end) = (client, stream, end);
        string[] first = lines[0].Split(' ');
        (Method, Target) = (first[0], first[1]);
        Headers = lines.Skip(1).Select(static l => l.Split(':', 2)).ToLookup(static p => p[0].Trim(), static p => p[1].Trim(), StringComparer.OrdinalIgnoreCase);
    }

    public string Method { get; }

    /// <summary>The path with its query, as sent.</summary>
    public string Target { get; }

    public ILookup<string, string> Headers { get; }

    /// <summary>Whether the connection ends with the answer.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Reads the head of the next request; null when the client has closed.</summary>
    public static async Task<FakeRequest?> ReadAsync(TcpClient client, Stream stream, CancellationToken end)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || head[^1] != '\n' || head[^2] != '\r' || head[^3] != '\n')
        {
            if (await stream.ReadAsync(one, end) == 0)
                return null;
            head.Add(one[0]);
            if (head[0] != TlsHandshake)
                continue;

            // As web servers do when somebody speaks TLS to their plain port.
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), end);
            return null;
        }

        return new FakeRequest(client, stream, Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries), end);
    }

    /// <summary>Reads the body, asking for it first where the client waits.</summary>
    public async Task<byte[]> ReadBodyAsync()
    {
        if (_body is not null)
            return _body;
        int length = int.Parse(Headers["Content-Length"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        if (Headers["Expect"].Any())
            await WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");
        byte[] body = new byte[length];
        await _stream.ReadExactlyAsync(body, _end);
        return _body = body;
    }

    /// <summary>Answers in full: <c>"200 OK"</c>, header lines, an empty line, the body. The length is added when no header says it.</summary>
    public async Task AnswerAsync(string answer)
    {
        _ = await ReadBodyAsync();
        string[] parts = answer.Split("\n\n", 2);
        string body = parts.Length > 1 ? parts[1] : "";
        string head = parts[0].Replace("\n", "\r\n", StringComparison.Ordinal);
        if (!head.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase) && !head.StartsWith("204", StringComparison.Ordinal))
            head += $"\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}";
        await WriteAsync($"HTTP/1.1 {head}\r\n\r\n{(Method == "HEAD" ? "" : body)}");
    }

    /// <summary>Writes text as it is.</summary>
    public async Task WriteAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), _end);
        await _stream.FlushAsync(_end);
    }

    /// <summary>Ends the connection in order, after what was written.</summary>
    public void Close() => IsLast = true;

    /// <summary>Breaks the connection off.</summary>
    public void Reset()
    {
        IsLast = true;
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    /// <summary>Says nothing until the test ends or the client goes.</summary>
    public async Task HangAsync()
    {
        IsLast = true;
        _ = await _stream.ReadAsync(new byte[1], _end);
        await Task.Delay(Timeout.Infinite, _end);
    }
}
