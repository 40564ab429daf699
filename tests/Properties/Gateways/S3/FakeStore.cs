using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A server on a raw socket that answers as a test tells it, also in ways in which no HTTP library would.</summary>
internal sealed class FakeStore : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<Request, Answer> _answer;
    private readonly Task _accepting;

    public FakeStore(Func<Request, Answer> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<Request> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        // The listener goes last: an accept on a stopped one is a programming error, and the loop may stand between two of them.
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using NetworkStream stream = client.GetStream();
                while (await ReadAsync(stream) is { } request)
                {
                    Requests.Enqueue(request);
                    Answer answer = _answer(request);
                    if (answer.Hangs)
                        await Task.Delay(Timeout.Infinite, _end.Token);
                    await stream.WriteAsync(answer.Bytes, _end.Token);
                    if (answer.Resets)
                        client.Client.LingerState = new LingerOption(true, 0);
                    if (answer.Resets || answer.Closes)
                        return;
                }
            }
            catch (Exception end) when (end is IOException or OperationCanceledException)
            {
                // The client is gone, or the test.
            }
        }
    }

    private async Task<Request?> ReadAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
                return null;
            head.Add(one[0]);

            // The first byte of a TLS handshake: this server speaks none.
            if (head[0] == 0x16)
                return new Request("TLS", "", [], []);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines.Skip(1).Select(static line => line.Split(':', 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _end.Token);
        string[] first = lines[0].Split(' ');
        return new Request(first[0], first[1], headers, body);
    }

    /// <summary>A request, as it came.</summary>
    internal sealed record Request(string Method, string Target, Dictionary<string, string> Headers, byte[] Body)
    {
        public string Path => Target.Split('?')[0];

        public bool Has(string text) => Target.Contains(text, StringComparison.Ordinal);
    }

    /// <summary>What is sent, byte by byte, and what happens to the connection then.</summary>
    internal sealed record Answer(byte[] Bytes, bool Closes = false, bool Resets = false, bool Hangs = false)
    {
        public static Answer Reset { get; } = new([], Resets: true);

        public static Answer Hang { get; } = new([], Hangs: true);

        public static Answer Of(int status, string body, params string[] headers) => Raw(status, Encoding.UTF8.GetByteCount(body), body, headers);

        /// <summary>With a length that need not be the body's.</summary>
        public static Answer Raw(int status, int length, string body, params string[] headers) => OfOther(status, length, body, ["x-amz-request-id: request-7", .. headers]);

        /// <summary>Of a server that is no S3 store: without the id of a request.</summary>
        public static Answer OfOther(int status, int length, string body, params string[] headers) => new(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{string.Concat(headers.Select(static h => h + "\r\n"))}\r\n{body}"));

        public static Answer Error(int status, string code, params string[] headers) => Of(
            status, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as told</Message><RequestId>request-7</RequestId></Error>", ["Content-Type: application/xml", .. headers]);
    }
}
