using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.S3;

/// <summary>Objects in a bucket of an S3-compatible store. The key in the bucket is the prefix and the key.</summary>
/// <remarks>
/// <para>What the store can do is found out once, by some twenty small requests under a reserved prefix (<c>.fireproofbench/</c>) that leave nothing behind: when
/// <see cref="ProbeAsync"/> is called, else before the first conditional call. Until then the traits claim no condition. A condition that the store refuses
/// or ignores is refused here, as Unsupported, before anything is sent.</para>
/// <para>No request is repeated. A conditional put carries a nonce (<c>x-amz-meta-fireproofbench-nonce</c>); when its answer is lost the object is read
/// back, and the nonce says whether it was this put.</para>
/// <para>A delete cannot tell whether there was an object: it answers true. Objects with names that are no keys, such as the <c>folder/</c> markers of some
/// tools, are left out of listings. Times are of whole seconds, as far as all answers of the protocol agree.</para>
/// </remarks>
public sealed partial class S3DataGateway : IDataGateway, IProbedGateway
{
    /// <summary>Longest object of the protocol, in bytes: 5 TiB.</summary>
    public const long MaxObjectLength = 5L << 40;

    private const int MaxPageLength = 1000;
    private const string ContentType = "application/octet-stream";

    // What XML cannot hold, not even escaped: some stores put keys and prefixes into their answers as they are, and nobody could read those.
    private static readonly SearchValues<char> _notInXml = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(static c => c is not ('\t' or '\n' or '\r')).Select(static c => (char)c), '\ufffe', '\uffff']);

    private static readonly SearchValues<char> _notInBuckets = SearchValues.Create("/?#%\\ ");

    private readonly S3Options _options;
    private readonly GatewayOptions _gateway;
    private readonly S3Connection _connection;
    private readonly string _prefix;
    private readonly FifoGate _starting = new();
    private volatile bool _hasBucket;
    private volatile bool _hasOddTags;
    private volatile S3Capabilities? _capabilities;

    /// <summary>A bucket. Nothing is sent yet.</summary>
    /// <param name="s3">Which bucket, and how to use it.</param>
    /// <param name="options">Clock and randomness.</param>
    /// <exception cref="StorageException">InvalidName for the bucket or the prefix; NotAuthorized when no region can be found.</exception>
    public S3DataGateway(S3Options s3, GatewayOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(s3.PartLength, S3Options.MinPartLength, nameof(s3));
        ArgumentOutOfRangeException.ThrowIfLessThan(s3.ParallelParts, 1, nameof(s3));
        _prefix = PrefixOf(s3.Prefix);
        if (s3.Bucket.Length is < 1 or > 255 || s3.Bucket.AsSpan().ContainsAny(_notInBuckets))
            throw new StorageException(StorageErrorKind.InvalidName, "open", ObjectKey.Printable(s3.Bucket), "this is no name of a bucket");
        _options = s3;
        _gateway = options;
        _hasBucket = !s3.CreateBucket;
        _connection = new S3Connection(s3, options);
    }

    /// <summary>A bucket of a store that is known already.</summary>
    internal S3DataGateway(S3Options s3, GatewayOptions options, S3Capabilities? known)
        : this(s3, options) => _capabilities = known;

    /// <summary>What the store was found to do; null before it was asked.</summary>
    internal S3Capabilities? Capabilities => _capabilities;

    /// <summary>What the store can do, as far as it is known.</summary>
    public DataTraits Traits
    {
        get
        {
            S3Capabilities known = _capabilities ?? S3Capabilities.Unknown;
            return new DataTraits
            {
                Provider = "S3",
                ConditionalCreate = known.Create == S3Support.Enforced,
                ConditionalReplace = known.Replace == S3Support.Enforced,
                ConditionalDelete = known.Delete == S3Support.Enforced,
                Ignored = known.Ignored,
                Quirks = known.Quirks,
                OrderedListing = true,
                StronglyConsistent = !(known.LaggingLists || _connection.ListsMayLag),
                MaxObjectLength = MaxObjectLength,
                MaxKeyLength = ObjectKey.MaxLength - _prefix.Length,
            };
        }
    }

    /// <summary>Opens a bucket and finds out what the store can do.</summary>
    /// <param name="s3">Which bucket, and how to use it.</param>
    /// <param name="options">Clock and randomness.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">As the store fails: MissingContainer, NotAuthorized…</exception>
    public static async ValueTask<S3DataGateway> OpenAsync(S3Options s3, GatewayOptions options, CancellationToken cancellation)
    {
        S3DataGateway gateway = new(s3, options);
        try
        {
            await gateway.ProbeAsync(cancellation);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds out what the store can do, unless it is known; then <see cref="Traits"/> is complete.</summary>
    /// <exception cref="StorageException">As the store fails.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellation) => _ = await KnowAsync(cancellation);

    /// <inheritdoc/>
    public IDataGateway Reopen(GatewayOptions options) => new S3DataGateway(_options with { CreateBucket = false }, options, _capabilities) { _hasOddTags = _hasOddTags };

    /// <summary>Removes an object.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">Null, or the version that must be there.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>True: the protocol does not say whether there was one. False only where a store says that there was none.</returns>
    /// <exception cref="StorageException">Ambiguous when the answer of a conditional delete was lost; else as the kind says.</exception>
    public async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        string name = NameOf(key, "delete");
        await PrepareAsync(cancellation);
        DeleteObjectRequest request = new() { BucketName = _options.Bucket, Key = name };
        if (version is not null)
        {
            S3Capabilities known = await KnowAsync(cancellation);
            Require(known.Delete, "a delete of an expected version", "delete", key);
            request.IfMatch = known.TagOf(version);
        }

        try
        {
            DeleteObjectResponse response = await _connection.RawAsync((client, token) => client.DeleteObjectAsync(request, token), 0, cancellation);

            // Stores acknowledge without a word. A page or an error with a good status comes from somebody on the way, or from a store that failed late.
            return response.HttpStatusCode != HttpStatusCode.NoContent && response.ContentLength > 0 ? throw S3Failures.NoAnswer(_connection.Place, "delete", key, "a page in place of an acknowledgement") : true;
        }
        catch (Exception failure) when (S3Failures.IsAbsence(failure))
        {
            return version is null ? false : throw new StorageException(StorageErrorKind.PreconditionFailed, "delete", key, "there is no such object", failure);
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            StorageException mapped = S3Failures.ToStorage(failure, _connection.Place, "delete", key);
            throw version is not null && S3Failures.IsUnsettled(failure)
                ? new StorageException(StorageErrorKind.Ambiguous, "delete", key, $"the object may be removed or not: {mapped.Message}", failure)
                : mapped;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await PrepareAsync(cancellation);
        if (prefix.AsSpan().ContainsAny(_notInXml))
            return new ListPage([], null);

        // The store may start a little earlier than asked; what comes before is left out below.
        int unfit = after.AsSpan().IndexOfAny(_notInXml);
        string start = unfit < 0 ? after ?? "" : after![..unfit];
        ListObjectsV2Request request = new()
        {
            BucketName = _options.Bucket,
            Prefix = _prefix + prefix,
            StartAfter = start.Length == 0 ? null : _prefix + start,
            MaxKeys = Math.Min(limit, MaxPageLength),

            // In clear, XML could not hold every key.
            Encoding = EncodingType.Url,
        };
        ListObjectsV2Response response = await _connection.CallAsync("list", prefix, (client, token) => client.ListObjectsV2Async(request, token), cancellation);
        if (response.Name != _options.Bucket)
            throw S3Failures.NoAnswer(_connection.Place, "list", prefix, "a listing of another thing than the bucket");
        List<ObjectInfo> objects = new(response.S3Objects?.Count ?? 0);
        string last = start;
        foreach (S3Object listed in response.S3Objects ?? [])
        {
            string name = response.Encoding == EncodingType.Url ? WebUtility.UrlDecode(listed.Key) : listed.Key;
            string? key = name.StartsWith(request.Prefix, StringComparison.Ordinal) ? name[_prefix.Length..] : null;
            if (key is null || (last.Length > 0 && KeyOrder.Compare(key, last) <= 0))
                throw new StorageException(StorageErrorKind.Permanent, "list", ObjectKey.Printable(prefix), "the store lists other keys than it was asked for, or in another order than that of their bytes");
            last = key;
            if (ObjectKey.Complaint(key) is null && !ReservedFolder.Holds(key) && (unfit < 0 || KeyOrder.Compare(key, after) > 0))
                objects.Add(Describe(key, listed.Size ?? -1, listed.ETag, listed.LastModified, "list"));
        }

        if (response.IsTruncated != true)
            return new ListPage(objects, null);
        return last != start
            ? new ListPage(objects, last)
            : throw new StorageException(StorageErrorKind.Transient, "list", ObjectKey.Printable(prefix), "the store says that the listing goes on, and gives nothing of it; list again");
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string PrefixOf(string prefix)
    {
        string trimmed = prefix.EndsWith('/') ? prefix[..^1] : prefix;
        if (trimmed.Length == 0)
            return "";
        if (ObjectKey.Complaint(trimmed) is { } complaint)
            throw new StorageException(StorageErrorKind.InvalidName, "open", ObjectKey.Printable(prefix), $"this is no prefix of keys: {complaint}");
        return trimmed + "/";
    }

    private static bool IsToMap(Exception failure, CancellationToken cancellation) =>
        failure is not ArgumentException && !(failure is OperationCanceledException && cancellation.IsCancellationRequested);

    private ObjectInfo Describe(string key, long length, string? tag, DateTime? modified, string operation)
    {
        string version = tag?.Trim('"') ?? "";
        if (version.Length == 0 || length < 0)
            throw S3Failures.NoAnswer(_connection.Place, operation, key, "an object without entity tag or length");

        // Headers give whole seconds, listings of some stores parts of them.
        DateTimeOffset? written = modified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null;
        return new ObjectInfo(key, length, version, written?.AddTicks(-(written.Value.Ticks % TimeSpan.TicksPerSecond)));
    }

    private string NameOf(string key, string operation)
    {
        ObjectKey.Check(key, operation);
        if (ReservedFolder.Holds(key))
            throw new StorageException(StorageErrorKind.InvalidName, operation, key, $"'{ReservedFolder.Name}' is kept for the gateway's own objects");
        if (key.AsSpan().ContainsAny(_notInXml))
            throw new StorageException(StorageErrorKind.InvalidName, operation, ObjectKey.Printable(key), "a listing of the protocol could not show such a control character");
        string name = _prefix + key;
        return name.Length * 3 <= ObjectKey.MaxLength || System.Text.Encoding.UTF8.GetByteCount(name) <= ObjectKey.MaxLength
            ? name
            : throw new StorageException(StorageErrorKind.InvalidName, operation, ObjectKey.Printable(key), $"with its prefix the key is longer than {ObjectKey.MaxLength} bytes of UTF-8");
    }

    private static void Require(S3Support support, string what, string operation, string key)
    {
        if (support != S3Support.Enforced)
            throw new StorageException(StorageErrorKind.Unsupported, operation, key, $"the store {(support == S3Support.Ignored ? "acknowledges, but does not keep," : "refuses")} {what}");
    }

    private async ValueTask PrepareAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_hasBucket)
            await MakeBucketAsync(cancellation);
    }

    private async ValueTask MakeBucketAsync(CancellationToken cancellation)
    {
        await _starting.EnterAsync(cancellation);
        try
        {
            if (_hasBucket)
                return;
            try
            {
                _ = await _connection.RawAsync((client, token) => client.PutBucketAsync(_options.Bucket, token), 0, cancellation);
            }
            catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.Conflict)
            {
                // It is there. Whether it may be used, the first call tells.
            }

            _hasBucket = true;
        }
        catch (Exception failure) when (IsToMap(failure, cancellation))
        {
            throw S3Failures.ToStorage(failure, _connection.Place, "create bucket", "");
        }
        finally
        {
            _starting.Leave();
        }
    }

    private async ValueTask<S3Capabilities> KnowAsync(CancellationToken cancellation)
    {
        if (_capabilities is { } known)
            return known;
        await PrepareAsync(cancellation);
        await _starting.EnterAsync(cancellation);
        try
        {
            return _capabilities ??= await AskAsync(cancellation);
        }
        finally
        {
            _starting.Leave();
        }
    }

    // A store that refuses a body may close the connection under the next request, so each request of a probe has one of its own.
    private async ValueTask<S3Capabilities> AskAsync(CancellationToken cancellation)
    {
        using S3Connection connection = new(_options, _gateway, reusesSockets: false);
        return await new S3Probe(connection, _options.Bucket, $"{_prefix}{ReservedFolder.Name}/probe-{Nonce()}/").RunAsync(cancellation);
    }

    private string Nonce()
    {
        Span<byte> bytes = stackalloc byte[16];
        _gateway.Entropy.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
