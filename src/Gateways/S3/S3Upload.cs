using Amazon.S3.Model;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <summary>One object in parts: a few of them at once, each in memory; removed again when it fails or is cancelled, so that nothing is left to be paid for.</summary>
internal sealed class S3Upload(S3Connection connection, S3Options options, S3Write write)
{
    private const int MaxParts = 10_000;

    // Also after a cancellation, whose caller waits for it.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>Carries it out.</summary>
    /// <returns>The version of the object.</returns>
    /// <exception cref="StorageException">Permanent when the content has another length than it said. Other failures come as they are.</exception>
    public async ValueTask<string> RunAsync(S3Content content, CancellationToken cancellation)
    {
        InitiateMultipartUploadRequest begin = new() { BucketName = options.Bucket, Key = write.Name, ContentType = "application/octet-stream" };
        begin.Metadata[S3DataGateway.NonceName] = write.Nonce;
        InitiateMultipartUploadResponse begun = await connection.RawAsync((client, token) => client.InitiateMultipartUploadAsync(begin, token), 0, cancellation);
        if (string.IsNullOrEmpty(begun.UploadId))
            throw S3Failures.NoAnswer(connection.Place, "put", write.Key, "an upload without an id");
        try
        {
            List<PartETag> parts = await SendAsync(content, begun.UploadId, cancellation);
            return await CompleteAsync(begun.UploadId, parts, cancellation);
        }
        catch
        {
            await AbortAsync(begun.UploadId);
            throw;
        }
    }

    private async ValueTask<List<PartETag>> SendAsync(S3Content content, string upload, CancellationToken cancellation)
    {
        int partLength = (int)Math.Max(options.PartLength, (content.Length + MaxParts - 1) / MaxParts);
        List<PartETag> done = [];
        List<Task<Part>> running = [];
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await using Stream? stream = content.InMemory is null ? await content.OpenAsync(cancellation) : null;
            for (long offset = 0; offset < content.Length; offset += partLength)
            {
                byte[]? buffer = running.Count == options.ParallelParts ? await NextAsync(running, done) : null;
                int length = (int)Math.Min(partLength, content.Length - offset);
                ReadOnlyMemory<byte> bytes;
                if (stream is null)
                {
                    bytes = content.InMemory!.Value.Slice((int)offset, length);
                }
                else
                {
                    buffer ??= GC.AllocateUninitializedArray<byte>(partLength);
                    if (await stream.ReadAtLeastAsync(buffer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellation) < length)
                        throw content.WrongLength();
                    bytes = buffer.AsMemory(0, length);
                }

                running.Add(SendPartAsync(upload, (int)(offset / partLength) + 1, bytes, buffer, ending.Token));
            }

            if (stream is not null && await stream.ReadAsync(new byte[1], cancellation) > 0)
                throw content.WrongLength();
            while (running.Count > 0)
                await NextAsync(running, done);
        }
        catch
        {
            // The parts under way use their buffers, and would outlive the upload.
            ending.Cancel();
            foreach (Task<Part> part in running)
                await EndAsync(part);
            throw;
        }

        done.Sort(static (a, b) => (a.PartNumber ?? 0).CompareTo(b.PartNumber ?? 0));
        return done;
    }

    private static async ValueTask EndAsync(Task<Part> part)
    {
        try
        {
            _ = await part;
        }
        catch (Exception)
        {
            // The first failure is the one that is told.
        }
    }

    private static async ValueTask<byte[]?> NextAsync(List<Task<Part>> running, List<PartETag> done)
    {
        Task<Part> first = await Task.WhenAny(running);
        running.Remove(first);
        Part part = await first;
        done.Add(part.Tag);
        return part.Buffer;
    }

    private async Task<Part> SendPartAsync(string upload, int number, ReadOnlyMemory<byte> bytes, byte[]? buffer, CancellationToken cancellation)
    {
        await using Stream stream = await new S3Content(bytes).OpenAsync(cancellation);
        UploadPartRequest request = new()
        {
            BucketName = options.Bucket,
            Key = write.Name,
            UploadId = upload,
            PartNumber = number,
            PartSize = bytes.Length,
            InputStream = stream,
            UseChunkEncoding = false,
        };
        UploadPartResponse response = await connection.RawAsync((client, token) => client.UploadPartAsync(request, token), bytes.Length, cancellation);
        if (string.IsNullOrEmpty(response.ETag))
            throw S3Failures.NoAnswer(connection.Place, "put", write.Key, "a part without an entity tag");
        return new Part(new PartETag(number, response.ETag), buffer);
    }

    private async ValueTask<string> CompleteAsync(string upload, List<PartETag> parts, CancellationToken cancellation)
    {
        CompleteMultipartUploadRequest request = new()
        {
            BucketName = options.Bucket,
            Key = write.Name,
            UploadId = upload,
            PartETags = parts,
            IfNoneMatch = write.IfAbsent ? "*" : null,
        };
        CompleteMultipartUploadResponse response = await connection.RawAsync((client, token) => client.CompleteMultipartUploadAsync(request, token), 0, cancellation);
        return response.ETag?.Trim('"') is { Length: > 0 } version ? version : await FindAsync(cancellation);
    }

    // Ceph 16 acknowledges without an entity tag; whether the object is there, its nonce tells.
    private async ValueTask<string> FindAsync(CancellationToken cancellation)
    {
        try
        {
            GetObjectMetadataResponse there = await connection.RawAsync((client, token) => client.GetObjectMetadataAsync(options.Bucket, write.Name, token), 0, cancellation);
            if (there.Metadata[S3DataGateway.NonceName] == write.Nonce && there.ETag?.Trim('"') is { Length: > 0 } version)
                return version;
        }
        catch (Exception failure) when (S3Failures.IsBareNotFound(failure))
        {
            // As below.
        }

        throw new StorageException(StorageErrorKind.Transient, "put", write.Key, "the store answers that the parts are joined, but there is no such object; put again");
    }

    private async ValueTask AbortAsync(string upload)
    {
        try
        {
            using CancellationTokenSource deadline = new(_patience, connection.Time);
            AbortMultipartUploadRequest request = new() { BucketName = options.Bucket, Key = write.Name, UploadId = upload };
            _ = await connection.RawAsync((client, token) => client.AbortMultipartUploadAsync(request, token), 0, deadline.Token);
        }
        catch (Exception)
        {
            // What was thrown before says more. Parts that stay are no object, and the store's own rules end them.
        }
    }

    private sealed record Part(PartETag Tag, byte[]? Buffer);
}
