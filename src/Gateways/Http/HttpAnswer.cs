using System.Net;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http;

/// <summary>The answer to a request: its head, and its body while it comes in.</summary>
internal sealed class HttpAnswer(HttpCall call, HttpRequestMessage request, HttpResponseMessage message, HttpPatience patience, TimeProvider time) : IDisposable
{
    /// <summary>The head of the answer.</summary>
    public HttpResponseMessage Message { get; } = message;

    /// <summary>Its status.</summary>
    public HttpStatusCode Status => Message.StatusCode;

    /// <summary>Whether the body says of itself that it is a page for people.</summary>
    public bool IsHtml => Message.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml";

    /// <summary>Length of the body in bytes, as announced; null when it comes in chunks, or ends with the connection.</summary>
    public long? Length => Message.Content.Headers.ContentLength;

    /// <summary>Why the bytes of the body cannot be those of the object; null when they can.</summary>
    internal StorageException? EncodingComplaint => Message.Content.Headers.ContentEncoding.Any(static e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase))
        ? Wrong(StorageErrorKind.Permanent, "the answer is compressed, although only plain bytes were asked for; switch that off at the server")
        : null;

    /// <summary>What the status means, when it is none of the wanted ones.</summary>
    /// <param name="detail">What the provider says beside it, or what to do.</param>
    public StorageException Refusal(string? detail = null) => HttpFailures.OfAnswer(call, Message, time, detail);

    /// <summary>What to throw when the status is a wanted one and the answer is wrong all the same.</summary>
    public StorageException Wrong(StorageErrorKind kind, string reason) => HttpFailures.OfContent(call, Message, kind, reason);

    /// <summary>Reads the body into memory.</summary>
    /// <param name="limit">Longest body that is taken, in bytes.</param>
    /// <exception cref="StorageException">Unsupported when it is longer; Transient (or Ambiguous) when it ends before its announced length.</exception>
    public ValueTask<byte[]> ReadAsync(long limit)
    {
        if (Length > limit)
            throw Wrong(StorageErrorKind.Unsupported, $"the answer has {Length} bytes; at most {limit} are read at once");
        return ReadPartAsync(0, Length ?? limit + 1, limit);
    }

    /// <summary>Reads a part of the body into memory, for servers that send all where a part was asked for. The rest is not waited for.</summary>
    /// <param name="skip">How many bytes to leave out at the start.</param>
    /// <param name="length">How many to read then, at the most.</param>
    /// <param name="limit">Longest part that is taken, in bytes.</param>
    /// <returns>As many as were asked for, or those that there are.</returns>
    public async ValueTask<byte[]> ReadPartAsync(long skip, long length, long limit)
    {
        await using Stream body = OpenBody();
        long skipped = skip;
        byte[] piece = new byte[(int)Math.Min(HttpLimits.Piece, Math.Max(skip, 1))];
        while (skip > 0)
        {
            int read = await body.ReadAsync(piece.AsMemory(0, (int)Math.Min(piece.Length, skip)), patience.Token);
            if (read == 0)
                return Length > skipped ? throw HttpFailures.OfBody(call, Message, Length.Value) : [];
            skip -= read;
        }

        // What is announced is made room for at once, within reason; what is not grows as it comes.
        long announced = Math.Min(length, Math.Min(Length ?? HttpLimits.Piece, HttpLimits.RoomAtOnce));
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)announced);
        int filled = 0;
        while (filled < length)
        {
            if (filled == bytes.Length)
            {
                if (filled >= limit)
                    throw Wrong(StorageErrorKind.Unsupported, $"the answer has more than {limit} bytes; no more are read at once");
                Array.Resize(ref bytes, (int)Math.Min(Math.Min(2L * Math.Max(filled, 1), length), Math.Min(limit + 1, Array.MaxLength)));
            }

            int read = await body.ReadAsync(bytes.AsMemory(filled), patience.Token);
            if (read == 0)
                break;
            filled += read;
        }

        // The runtime watches over the length on its own connections; what stands between need not.
        if (Length is { } whole && filled < Math.Min(length, whole - skipped))
            throw HttpFailures.OfBody(call, Message, whole);

        if (filled > limit)
            throw Wrong(StorageErrorKind.Unsupported, $"the answer has more than {limit} bytes; no more are read at once");
        return filled == bytes.Length ? bytes : bytes[..filled];
    }

    /// <summary>The body as it comes in. Its failures are storage failures.</summary>
    /// <exception cref="StorageException">Permanent when nothing says where the body ends, so that a part could pass for the whole.</exception>
    public Stream OpenBody()
    {
        if (Length is null && Message.Headers.TransferEncodingChunked != true && Message.Version.Major < 2)
            throw Wrong(StorageErrorKind.Permanent, "the answer does not say how long it is, so a part of it could pass for the whole");
        return new HttpBody(Message.Content, call, request.RequestUri, patience);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Message.Dispose();
        request.Dispose();
        patience.Dispose();
    }
}
