using System.Globalization;
using System.Net;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;
using PortRange = FireproofBench.Engine.Ports.ByteRange;

namespace FireproofBench.Gateways.S3;

/// <content>Reads: whole objects, ranges of them, and what is told of them; every answer is checked against what it announces.</content>
public sealed partial class S3DataGateway
{
    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, PortRange? range, CancellationToken cancellation) => GetAsync(key, range, forHead: false, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        string name = NameOf(key, "head");
        await PrepareAsync(cancellation);
        try
        {
            return await HeadOnceAsync(key, name, cancellation);
        }
        catch (Exception failure) when (S3Failures.HidesReason(failure))
        {
            // The answer to a head has no body, and so no code: a missing key and a missing bucket look the same. A get tells.
            return (await GetAsync(key, new PortRange(0, 1), forHead: true, cancellation))?.Info;
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "head", key);
        }
    }

    // A get that a head asks for does not ask for such a head again: an object that comes and goes could keep both asking each other.
    private async ValueTask<ObjectContent?> GetAsync(string key, PortRange? range, bool forHead, CancellationToken cancellation)
    {
        string name = NameOf(key, "get");
        if (range is { } part)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(part.Offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part.Length, nameof(range));
        }

        await PrepareAsync(cancellation);
        try
        {
            GetObjectRequest request = new() { BucketName = _options.Bucket, Key = name, ByteRange = range is { } asked ? ToHeader(asked) : _hasOddTags ? ToHeader(new PortRange(0, long.MaxValue)) : null };
            using GetObjectResponse response = await _connection.RawAsync((client, token) => client.GetObjectAsync(request, token), 0, cancellation);
            return await ReadAsync(response, key, range, cancellation);
        }
        catch (Exception failure) when (S3Failures.IsAbsence(failure))
        {
            return null;
        }
        catch (ArgumentOutOfRangeException) when (range is null && !_hasOddTags)
        {
            // The client takes each entity tag of a whole object for its MD5, checks it, and fails on any other text; of a range it does not.
            _hasOddTags = true;
            return await GetAsync(key, range, forHead, cancellation);
        }
        catch (Exception failure) when ((range is not null || _hasOddTags) && S3Failures.IsBeyondEnd(failure))
        {
            return await (forHead ? HeadLastAsync(key, name, cancellation) : HeadAsync(key, cancellation)) is { } info ? new ObjectContent(ReadOnlyMemory<byte>.Empty, info) : null;
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "get", key);
        }
    }

    private async ValueTask<ObjectInfo?> HeadOnceAsync(string key, string name, CancellationToken cancellation)
    {
        GetObjectMetadataResponse response = await _connection.RawAsync((client, token) => client.GetObjectMetadataAsync(_options.Bucket, name, token), 0, cancellation);
        return Describe(key, response.Headers.ContentLength, response.ETag, response.LastModified, "head");
    }

    private async ValueTask<ObjectInfo?> HeadLastAsync(string key, string name, CancellationToken cancellation)
    {
        try
        {
            return await HeadOnceAsync(key, name, cancellation);
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "head", key);
        }
    }

    private static Amazon.S3.Model.ByteRange ToHeader(PortRange range) => range.Length > long.MaxValue - range.Offset
        ? new Amazon.S3.Model.ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-"))
        : new Amazon.S3.Model.ByteRange(range.Offset, range.Offset + range.Length - 1);

    private async ValueTask<ObjectContent> ReadAsync(GetObjectResponse response, string key, PortRange? range, CancellationToken cancellation)
    {
        (long start, long total) = (0, response.ContentLength);
        if (response.HttpStatusCode == HttpStatusCode.PartialContent && !TryReadRange(response.ContentRange, out start, out total))
            throw S3Failures.NoAnswer(_connection.Place, "get", key, "a part of an object that does not say which");

        // Where a store sends the whole object instead, the part is cut out here.
        long offset = Math.Min(range?.Offset ?? 0, total);
        long length = Math.Min(range?.Length ?? long.MaxValue, total - offset);
        bool fits = response.HttpStatusCode == HttpStatusCode.PartialContent ? start == offset && response.ContentLength == length : start == 0;
        if (!fits)
            throw S3Failures.NoAnswer(_connection.Place, "get", key, "another part of the object than was asked for");
        if (length > ObjectContent.MaxLength)
            throw new StorageException(StorageErrorKind.Unsupported, "get", key, $"{length} bytes are more than the {ObjectContent.MaxLength} that are read at once; read them in ranges");
        ObjectInfo info = Describe(key, total, response.ETag, response.LastModified, "get");
        byte[] bytes = await _connection.RawAsync(
            async (_, token) =>
            {
                byte[] content = GC.AllocateUninitializedArray<byte>((int)length);
                Stream body = response.ResponseStream;
                if (start < offset)
                    await SkipAsync(body, offset - start, token);
                int read = await body.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, token);
                if (read < content.Length)
                    throw S3Failures.WrongLength("get", key, content.Length, read.ToString(CultureInfo.InvariantCulture));
                if (offset + length == total && await body.ReadAsync(new byte[1], token) > 0)
                    throw S3Failures.WrongLength("get", key, content.Length, "more");
                return content;
            },
            offset - start + length,
            cancellation);
        return new ObjectContent(bytes, info);
    }

    private static async ValueTask SkipAsync(Stream body, long count, CancellationToken cancellation)
    {
        byte[] rest = new byte[(int)Math.Min(count, 81920)];
        while (count > 0)
        {
            int read = await body.ReadAsync(rest.AsMemory(0, (int)Math.Min(rest.Length, count)), cancellation);
            if (read == 0)
                return;
            count -= read;
        }
    }

    // "bytes 10-20/4096".
    private static bool TryReadRange(string? header, out long start, out long total)
    {
        start = total = 0;
        ReadOnlySpan<char> text = header ?? "";
        if (!text.StartsWith("bytes "))
            return false;
        text = text["bytes ".Length..];
        int dash = text.IndexOf('-');
        int slash = text.IndexOf('/');
        return dash > 0 && slash > dash
            && long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out start)
            && long.TryParse(text[(dash + 1)..slash], NumberStyles.None, CultureInfo.InvariantCulture, out long end)
            && long.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out total)
            && start <= end && end < total;
    }
}
