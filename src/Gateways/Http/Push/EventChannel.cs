using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Http.Push;

/// <summary>A subscription as server-sent events. Each message is one event of one line of data.</summary>
internal sealed class EventChannel : IPushChannel
{
    private const int PieceLength = 4096;

    private readonly HttpAnswer _answer;
    private readonly Stream _body;
    private readonly ArrayBufferWriter<byte> _line = new(PieceLength);
    private byte[] _piece = [];
    private int _start;
    private int _end;

    private EventChannel(HttpAnswer answer)
    {
        _answer = answer;
        _body = answer.OpenBody();
    }

    /// <summary>Opens a stream of events.</summary>
    /// <exception cref="StorageException">As the endpoint refuses, or the connection fails.</exception>
    public static async ValueTask<EventChannel> OpenAsync(HttpEndpoint endpoint, Uri address, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        HttpAnswer answer = await endpoint.SendAsync(request, new HttpCall("subscribe", endpoint.Database, HttpEffect.Reads), cancellation);
        if (answer.Status == HttpStatusCode.OK && answer.Message.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return new EventChannel(answer);
        using (answer)
        {
            throw answer.Status == HttpStatusCode.OK
                ? answer.Wrong(StorageErrorKind.Unsupported, "the answer is no stream of events")
                : await HttpEndpoint.RefusalAsync(answer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        while (await ReadLineAsync(cancellation))
        {
            // Names, numbers and comments say nothing that the message does not.
            ReadOnlyMemory<byte> line = _line.WrittenMemory;
            if (!line.Span.StartsWith("data:"u8))
                continue;
            ReadOnlyMemory<byte> data = line["data:".Length..];
            return data.Span.StartsWith(" "u8) ? data[1..] : data;
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        _answer.Dispose();
    }

    private async ValueTask<bool> ReadLineAsync(CancellationToken cancellation)
    {
        _line.ResetWrittenCount();
        while (true)
        {
            if (_start == _end)
            {
                if (_piece.Length == 0)
                    _piece = new byte[PieceLength];
                (_start, _end) = (0, await _body.ReadAsync(_piece, cancellation));
                if (_end == 0)
                    return false;
            }

            ReadOnlySpan<byte> ready = _piece.AsSpan(_start, _end - _start);
            int newLine = ready.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = newLine < 0 ? ready : ready[..newLine];
            _line.Write(part);
            _start += newLine < 0 ? part.Length : part.Length + 1;
            if (_line.WrittenCount > HeadsJsonReader.MaxLength)
                throw new StorageException(StorageErrorKind.Unsupported, "subscribe", "", $"an event of more than {HeadsJsonReader.MaxLength} bytes");
            if (newLine >= 0)
                return true;
        }
    }
}
