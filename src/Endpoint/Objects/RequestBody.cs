using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Objects;

/// <summary>The body of a request while it comes in. When it breaks off, that is the caller's failure and not the store's.</summary>
internal sealed class RequestBody(Stream body) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("The body comes in piece by piece.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("The body comes in piece by piece.");
        set => throw new NotSupportedException("The body comes in piece by piece.");
    }

    /// <summary>The body as a source that can be opened once.</summary>
    public static ContentSource SourceOf(HttpContext http, long length, string key)
    {
        bool isOpen = false;
        return new ContentSource(
            length,
            _ =>
            {
                if (isOpen)
                    throw new StorageException(StorageErrorKind.Transient, "put", key, "the store wants the body again, and it is gone: send it again");
                isOpen = true;
                return ValueTask.FromResult<Stream>(new RequestBody(http.Request.Body));
            },
            canReopen: false);
    }

    /// <summary>Reads a body of a known length into memory.</summary>
    public static async ValueTask<byte[]> ReadAsync(HttpContext http, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        await using RequestBody body = new(http.Request.Body);
        for (int filled = 0; filled < length;)
        {
            int read = await body.ReadAsync(bytes.AsMemory(filled), http.RequestAborted);
            if (read == 0)
                throw BrokenOff(null);
            filled += read;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException refused)
        {
            throw refused.StatusCode == StatusCodes.Status400BadRequest
                ? BrokenOff(refused)
                : new RequestRefusedException(refused.StatusCode, nameof(StorageErrorKind.Transient), refused.Message);
        }
        catch (Exception broken) when (broken is IOException or Microsoft.AspNetCore.Connections.ConnectionAbortedException)
        {
            throw BrokenOff(broken);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync: the caller is far away.");

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The body comes in piece by piece.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The body is for reading.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The body is for reading.");

    private static RequestRefusedException BrokenOff(Exception? cause) =>
        new(StatusCodes.Status400BadRequest, nameof(StorageErrorKind.Transient), $"the body ended before its announced length{(cause is null ? "" : ", or its form is wrong")}; nothing was stored");
}
