using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FireproofBench.EndpointBench;

/// <summary>A WebSocket subscriber on a raw socket: it costs as little as can be, since it runs on the same cores as what is measured.</summary>
/// <remarks>It blocks. After its first asynchronous call the runtime would watch the socket too, and each message would wake two threads.</remarks>
internal sealed class Subscriber : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _filled;

    /// <summary>Subscribes and reads the first message.</summary>
    public void Open(Uri address, string database)
    {
        _socket.Connect(IPEndPoint.Parse(address.Authority));
        string request = $"GET /v1/{database}/socket HTTP/1.1\r\nHost: {address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: fireproof.v1\r\n\r\n";
        _ = _socket.Send(Encoding.ASCII.GetBytes(request));
        int end;
        while ((end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0)
            Fill();
        if (!_buffer.AsSpan(0, end).StartsWith("HTTP/1.1 101"u8))
            throw new InvalidOperationException(Encoding.ASCII.GetString(_buffer, 0, end));
        Drop(end + 4);
        while (!TryTake(out _))
            Fill();
    }

    /// <summary>The socket, for whoever waits for many.</summary>
    public int Handle => (int)_socket.Handle;

    /// <summary>The number of the last message.</summary>
    public int Seen { get; private set; } = -1;

    /// <summary>Reads what is there. The socket can be read.</summary>
    /// <param name="arrived">Told the numbers of the messages that came.</param>
    public void Read(Action<int> arrived)
    {
        Fill();
        while (TryTake(out int number))
        {
            // What became one message came at one time.
            for (int each = Math.Max(Seen + 1, 1); each <= number; each++)
                arrived(each);
            Seen = Math.Max(Seen, number);
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Fill()
    {
        int read = _socket.Receive(_buffer.AsSpan(_filled));
        if (read == 0)
            throw new InvalidOperationException("the endpoint closed the connection");
        _filled += read;
    }

    // A frame of the server: no mask. The number is the cursor's.
    private bool TryTake(out int number)
    {
        number = 0;
        ReadOnlySpan<byte> ready = _buffer.AsSpan(0, _filled);
        if (ready.Length < 4)
            return false;
        int start = ready[1] < 126 ? 2 : 4;
        int length = ready[1] < 126 ? ready[1] : (ready[2] << 8) | ready[3];
        if (ready.Length < start + length)
            return false;
        if ((ready[0] & 15) == 1)
        {
            ReadOnlySpan<byte> rest = ready.Slice(start, length);
            rest = rest[(rest.IndexOf("\"cursor\":\""u8) + 10)..];
            rest = rest[(rest.IndexOf((byte)'.') + 1)..];
            _ = System.Buffers.Text.Utf8Parser.TryParse(rest, out number, out _);
        }

        // Whoever does not answer a ping is taken for gone. The mask is of zeros.
        if ((ready[0] & 15) == 9)
            _socket.Send((byte[])[0x8a, (byte)(0x80 | length), 0, 0, 0, 0, .. ready.Slice(start, length)]);
        Drop(start + length);
        return true;
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
    }
}
