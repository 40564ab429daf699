using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <summary>Asks a store what it does with conditions and with the usual oddities of clients, on small objects of its own that it removes again.</summary>
/// <param name="connection">The store.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">Where the objects may be, ending in <c>/</c>; nobody else uses it.</param>
internal sealed class S3Probe(S3Connection connection, string bucket, string prefix)
{
    private const string NoTag = "00000000000000000000000000000000";

    private const int MaxAttempts = 5;
    private const int MaxThrottledAttempts = 10;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly List<string> _quirks = [];
    private int _step;

    /// <summary>Asks.</summary>
    /// <exception cref="StorageException">The store cannot be used at all.</exception>
    public async ValueTask<S3Capabilities> RunAsync(CancellationToken cancellation)
    {
        try
        {
            S3Support create = await StepAsync(CreateAsync, cancellation);
            (S3Support replace, bool quoted) = await ReplaceAsync(cancellation);
            S3Support complete = await StepAsync(CompleteAsync, cancellation);
            S3Support delete = await StepAsync(token => DeleteAsync(quoted, token), cancellation);
            bool chunks = await StepAsync(TakesChunksAsync, cancellation);
            if (!await StepAsync(DeletesManyAsync, cancellation))
                _quirks.Add("Batch deletes are refused without Content-MD5; objects are deleted one by one.");
            if (!await StepAsync(ListsInClearAsync, cancellation))
                _quirks.Add("Listings that are not URL-encoded fail where a key holds a control character.");
            Tell(create, "if the key is free (If-None-Match: *)", "puts");
            Tell(replace, "if the version matches (If-Match)", "puts");
            Tell(delete, "if the version matches (If-Match)", "deletes");
            Tell(complete, "if the key is free (If-None-Match: *)", "ends of uploads in parts");
            if (!quoted)
                _quirks.Add("If-Match takes an entity tag only without the quotes that the standard demands.");
            if (connection.ListsMayLag)
                _quirks.Add("The store is OpenStack Swift, whose listings may lag behind acknowledged writes.");
            return new S3Capabilities
            {
                Create = create,
                Replace = replace,
                Delete = delete,
                CompleteCreate = complete,
                QuotedTags = quoted,
                Chunks = chunks,
                LaggingLists = connection.ListsMayLag,
                Quirks = _quirks,
            };
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            throw Told(failure);
        }
        finally
        {
            await CleanAsync();
        }
    }

    // After a call that may have had its effect the same one tells nothing any more. So what is repeated is a whole step, on keys of its own.
    private async ValueTask<T> StepAsync<T>(Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            _step++;
            try
            {
                return await step(cancellation);
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested && attempt < AttemptsAfter(Told(failure).Kind))
            {
                await Task.Delay(Told(failure).RetryAfter ?? _pause * attempt, connection.Time, cancellation);
            }
        }
    }

    private StorageException Told(Exception failure) => S3Failures.ToStorage(failure, connection.Place, "probe", "");

    private static int AttemptsAfter(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.Throttled => MaxThrottledAttempts,
        StorageErrorKind.Transient => MaxAttempts,
        _ => 0,
    };

    private string KeyOf(string name) => $"{prefix}{_step}/{name}";

    private async ValueTask<S3Support> CreateAsync(CancellationToken cancellation)
    {
        _ = await PutAsync("a", "one", _ => { }, cancellation);
        S3Support taken = await SupportAsync(() => PutAsync("a", "two", static request => request.IfNoneMatch = "*", cancellation));
        if (taken != S3Support.Enforced)
            return taken;
        return await SupportAsync(() => PutAsync("b", "one", static request => request.IfNoneMatch = "*", cancellation)) == S3Support.Ignored
            ? S3Support.Enforced
            : S3Support.Refused;
    }

    private async ValueTask<(S3Support Support, bool Quoted)> ReplaceAsync(CancellationToken cancellation)
    {
        S3Support stale = await StepAsync(ReplaceOtherAsync, cancellation);
        if (stale != S3Support.Enforced)
            return (stale, true);

        // Of a key that is not there, nothing can be replaced.
        if (await StepAsync(token => SupportAsync(() => PutAsync("c", "one", static request => request.IfMatch = $"\"{NoTag}\"", token)), cancellation) == S3Support.Ignored)
        {
            _quirks.Add("If-Match on a put is not enforced where the key is free: the put creates it.");
            return (S3Support.Ignored, true);
        }

        foreach (bool quoted in (bool[])[true, false])
        {
            if (await StepAsync(token => ReplaceSameAsync(quoted, token), cancellation) == S3Support.Ignored)
                return (S3Support.Enforced, quoted);
        }

        _quirks.Add("If-Match on a put refuses the right version, with and without quotes.");
        return (S3Support.Refused, true);
    }

    private async ValueTask<S3Support> ReplaceOtherAsync(CancellationToken cancellation)
    {
        _ = await PutAsync("a", "three", _ => { }, cancellation);
        return await SupportAsync(() => PutAsync("a", "four", static request => request.IfMatch = $"\"{NoTag}\"", cancellation));
    }

    private async ValueTask<S3Support> ReplaceSameAsync(bool quoted, CancellationToken cancellation)
    {
        string tag = await PutAsync("a", "three", _ => { }, cancellation);
        return await SupportAsync(() => PutAsync("a", "five", request => request.IfMatch = quoted ? $"\"{tag}\"" : tag, cancellation));
    }

    private async ValueTask<S3Support> DeleteAsync(bool quoted, CancellationToken cancellation)
    {
        string tag = await PutAsync("a", "six", _ => { }, cancellation);
        S3Support stale = await SupportAsync(() => RemoveAsync("a", quoted ? $"\"{NoTag}\"" : NoTag));
        if (stale != S3Support.Enforced)
            return stale;
        return await SupportAsync(() => RemoveAsync("a", quoted ? $"\"{tag}\"" : tag)) == S3Support.Ignored ? S3Support.Enforced : S3Support.Refused;

        async ValueTask<string> RemoveAsync(string key, string matching)
        {
            _ = await connection.RawAsync(
                (client, token) => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = KeyOf(key), IfMatch = matching }, token), 0, cancellation);
            return "";
        }
    }

    private async ValueTask<S3Support> CompleteAsync(CancellationToken cancellation)
    {
        string key = KeyOf("a");
        _ = await PutAsync("a", "parts", _ => { }, cancellation);
        InitiateMultipartUploadResponse begun;
        try
        {
            begun = await connection.RawAsync((client, token) => client.InitiateMultipartUploadAsync(bucket, key, token), 0, cancellation);
        }
        catch (Exception failure) when (S3Failures.IsRefusal(failure))
        {
            _quirks.Add("Uploads in parts are refused.");
            return S3Support.Refused;
        }

        bool joined = false;
        try
        {
            using MemoryStream content = new([7]);
            UploadPartRequest part = new()
            {
                BucketName = bucket,
                Key = key,
                UploadId = begun.UploadId,
                PartNumber = 1,
                PartSize = 1,
                InputStream = content,
                UseChunkEncoding = false,
            };
            UploadPartResponse sent = await connection.RawAsync((client, token) => client.UploadPartAsync(part, token), 1, cancellation);
            CompleteMultipartUploadRequest end = new()
            {
                BucketName = bucket,
                Key = key,
                UploadId = begun.UploadId,
                PartETags = [new PartETag(1, sent.ETag)],
                IfNoneMatch = "*",
            };
            S3Support support = await SupportAsync(
                async () => (await connection.RawAsync((client, token) => client.CompleteMultipartUploadAsync(end, token), 0, cancellation)).ETag);
            joined = support == S3Support.Ignored;
            return support;
        }
        finally
        {
            if (!joined)
                await TryAsync((client, token) => client.AbortMultipartUploadAsync(bucket, key, begun.UploadId, token));
        }
    }

    private async ValueTask<bool> TakesChunksAsync(CancellationToken cancellation)
    {
        if (await SupportAsync(() => PutAsync("d", "chunked", static request => request.UseChunkEncoding = true, cancellation)) == S3Support.Ignored)
            return true;
        _quirks.Add("Puts in signed chunks (aws-chunked) are refused; bodies are sent whole.");
        return false;
    }

    private async ValueTask<bool> DeletesManyAsync(CancellationToken cancellation) => await SupportAsync(() => DeleteManyAsync(cancellation)) == S3Support.Ignored;

    private async ValueTask<bool> ListsInClearAsync(CancellationToken cancellation)
    {
        _ = await PutAsync("e\u0001", "", _ => { }, cancellation);
        return await SupportAsync(() => ListInClearAsync(cancellation), failsWith500: true) == S3Support.Ignored;
    }

    private async ValueTask<string> DeleteManyAsync(CancellationToken cancellation)
    {
        DeleteObjectsRequest request = new() { BucketName = bucket, Objects = [new KeyVersion { Key = KeyOf("d") }], Quiet = true };
        _ = await connection.RawAsync((client, token) => client.DeleteObjectsAsync(request, token), 0, cancellation);
        return "";
    }

    private async ValueTask<string> ListInClearAsync(CancellationToken cancellation)
    {
        _ = await connection.RawAsync(
            (client, token) => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = KeyOf(""), MaxKeys = 10 }, token), 0, cancellation);
        return "";
    }

    private async ValueTask<string> PutAsync(string key, string text, Action<PutObjectRequest> change, CancellationToken cancellation)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        using MemoryStream content = new(bytes);
        PutObjectRequest request = new() { BucketName = bucket, Key = KeyOf(key), InputStream = content, AutoCloseStream = false, UseChunkEncoding = false };
        change(request);
        _ = _written.Add(KeyOf(key));
        PutObjectResponse response = await connection.RawAsync((client, token) => client.PutObjectAsync(request, token), 0, cancellation);
        return response.ETag?.Trim('"') is { Length: > 0 } tag ? tag : throw S3Failures.NoAnswer(connection.Place, "probe", "", "a put without an entity tag");
    }

    // For a call whose condition does not hold: an acknowledgement means that it is ignored.
    private static async ValueTask<S3Support> SupportAsync(Func<ValueTask<string>> call, bool failsWith500 = false)
    {
        try
        {
            _ = await call();
            return S3Support.Ignored;
        }
        catch (Exception failure) when (S3Failures.IsPrecondition(failure))
        {
            return S3Support.Enforced;
        }
        catch (AmazonS3Exception failure) when (S3Failures.IsRefusal(failure) || (failsWith500 && failure.StatusCode == HttpStatusCode.InternalServerError))
        {
            return S3Support.Refused;
        }
    }

    private void Tell(S3Support support, string condition, string calls)
    {
        if (support == S3Support.Refused)
            _quirks.Add($"The condition {condition} is refused on {calls}.");
        else if (support == S3Support.Ignored)
            _quirks.Add($"The condition {condition} is ignored on {calls}.");
    }

    private async ValueTask CleanAsync()
    {
        foreach (string name in _written)
            await TryAsync((client, token) => client.DeleteObjectAsync(bucket, name, token));
    }

    private async ValueTask TryAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> call)
    {
        try
        {
            using CancellationTokenSource deadline = new(_patience, connection.Time);
            _ = await connection.RawAsync(call, 0, deadline.Token);
        }
        catch (Exception)
        {
            // Listings pass over the prefix, so what stays does no harm.
        }
    }
}
