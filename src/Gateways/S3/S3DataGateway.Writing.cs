using Amazon.S3.Model;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <content>Puts: in one request or in parts, and what follows when the answer to a conditional one is lost.</content>
public sealed partial class S3DataGateway
{
    /// <summary>The name of the nonce among an object's metadata.</summary>
    internal const string NonceName = "x-amz-meta-fireproofbench-nonce";

    // The protocol's limit for one request.
    private const long MaxSingleLength = 5L << 30;

    // How often a put is sent that others overtake.
    private const int MaxOvertaken = 8;

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        PutAsync(key, new S3Content(content), condition, cancellation);

    /// <inheritdoc/>
    public async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = NameOf(key, "put");
        if (content.Length > MaxObjectLength)
            throw new StorageException(StorageErrorKind.Unsupported, "put", key, $"{content.Length} bytes; the protocol takes at most {MaxObjectLength}");
        S3Content body = content.Length <= _options.MultipartThreshold ? new S3Content(await content.ReadAsync(key, cancellation)) : new S3Content(content, key);
        return await PutAsync(key, body, condition, cancellation);
    }

    private async ValueTask<string> PutAsync(string key, S3Content content, PutCondition condition, CancellationToken cancellation)
    {
        string name = NameOf(key, "put");
        await PrepareAsync(cancellation);
        S3Write write = new(name, key);
        if (condition != PutCondition.None)
            write = await ConditionAsync(write, condition, cancellation);
        bool inParts = content.Length > _options.MultipartThreshold;
        if (inParts && condition != PutCondition.None)
            inParts = condition.IsIfAbsent && (await KnowAsync(cancellation)).CompleteCreate == S3Support.Enforced;
        if (!inParts && content.Length > MaxSingleLength)
            throw new StorageException(StorageErrorKind.Unsupported, "put", key, $"{content.Length} bytes under a condition; this store keeps conditions only up to {MaxSingleLength}");
        if (inParts)
            write = write with { Nonce = write.Nonce ?? Nonce() };
        try
        {
            return inParts
                ? await new S3Upload(_connection, _options, write).RunAsync(content, cancellation)
                : await PutWholeAsync(write, content, cancellation);
        }
        catch (Exception failure) when (condition != PutCondition.None && S3Failures.IsPrecondition(failure))
        {
            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, condition.IsIfAbsent ? "the object exists" : "the object is another version, or gone", failure);
        }
        catch (Exception failure) when (write.Nonce is not null && IsToMap(failure, cancellation) && (S3Failures.IsUnsettled(failure) || S3Failures.IsServersRefusal(failure)))
        {
            return await SettleAsync(write, condition, failure, cancellation);
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "put", key);
        }
    }

    private async ValueTask<S3Write> ConditionAsync(S3Write write, PutCondition condition, CancellationToken cancellation)
    {
        S3Capabilities known = await KnowAsync(cancellation);
        if (condition.IsIfAbsent)
            Require(known.Create, "a put under the condition that the key is free", "put", write.Key);
        else
            Require(known.Replace, "a put under the condition of a version", "put", write.Key);
        return write with { IfAbsent = condition.IsIfAbsent, IfMatch = condition.Version is { } version ? known.TagOf(version) : null, Nonce = Nonce() };
    }

    private async ValueTask<string> PutWholeAsync(S3Write write, S3Content content, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            PutObjectResponse response = await SendWholeAsync(write, content, cancellation);
            bool isOvertaken = string.IsNullOrEmpty(response.ETag) && response.ResponseMetadata?.RequestId is { Length: > 0 };
            if (!isOvertaken || write.IfAbsent || write.IfMatch is not null)
                return Describe(write.Key, content.Length, response.ETag, null, "put").Version;

            // Swift's answer, 200 with a request id and no version, to a put of which it holds a later one already: this one was not taken. Sent again, it is the later one itself.
            if (attempt == MaxOvertaken)
            {
                throw new StorageException(
                    StorageErrorKind.Transient, "put", write.Key, "other puts of the same key, which the store takes for later ones, overtook this one each time; repeat, and look whether a clock of the store is ahead");
            }
        }
    }

    private async ValueTask<PutObjectResponse> SendWholeAsync(S3Write write, S3Content content, CancellationToken cancellation)
    {
        // The client signs the hash of a body that it can read twice, and else each chunk on its way: the store takes no other bytes than these.
        bool inChunks = content.InMemory is null;
        if (inChunks && !(await KnowAsync(cancellation)).Chunks)
        {
            throw new StorageException(
                StorageErrorKind.Unsupported, "put", write.Key, $"{content.Length} bytes under a condition; this store takes no signed chunks, so it keeps conditions only up to {_options.MultipartThreshold} bytes");
        }

        await using Stream body = inChunks ? new MeasuredStream(await content.OpenAsync(cancellation), content) : await content.OpenAsync(cancellation);
        PutObjectRequest request = new()
        {
            BucketName = _options.Bucket,
            Key = write.Name,
            InputStream = body,
            AutoCloseStream = false,
            AutoResetStreamPosition = false,
            ContentType = ContentType,
            UseChunkEncoding = inChunks,
            IfNoneMatch = write.IfAbsent ? "*" : null,
            IfMatch = write.IfMatch,
        };
        request.Headers.ContentLength = content.Length;
        if (write.Nonce is { } nonce)
            request.Metadata[NonceName] = nonce;
        return await _connection.RawAsync((client, token) => client.PutObjectAsync(request, token), content.Length, cancellation);
    }

    // Only what is proven is said: a put that is not there may still come, and another's object may stand over this one.
    private async ValueTask<string> SettleAsync(S3Write write, PutCondition condition, Exception failure, CancellationToken cancellation)
    {
        bool isKnown = false;
        try
        {
            GetObjectMetadataResponse there = await _connection.RawAsync((client, token) => client.GetObjectMetadataAsync(_options.Bucket, write.Name, token), 0, cancellation);
            if (there.Metadata[NonceName] == write.Nonce && there.ETag?.Trim('"') is { Length: > 0 } version)
                return version;
            isKnown = true;
        }
        catch (Exception again) when (IsToMap(again, cancellation))
        {
            // What is wrong now is told by the next call.
            isKnown = S3Failures.IsBareNotFound(again);
        }

        // A store that asks for a slower pace may have done the put all the same. When it has not, nothing is under way, and the put may come again.
        if (isKnown && S3Failures.IsServersRefusal(failure))
            throw S3Failures.ToStorage(failure, _connection.Place, "put", write.Key);
        if (condition == PutCondition.None)
            throw S3Failures.ToStorage(failure, _connection.Place, "put", write.Key);
        string what = failure is Amazon.Runtime.AmazonServiceException ? "the store failed" : "the answer was lost";
        throw new StorageException(
            StorageErrorKind.Ambiguous, "put", write.Key, $"{what}, and what is there now is not of this put, which may still come or have been replaced; read back", failure);
    }
}
