using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Memory;

/// <summary>Objects in the memory of this process: strongly consistent, ordered, every condition enforced. They last as long as this instance; disposing of it changes nothing.</summary>
/// <param name="time">The clock that says when an object was written.</param>
public sealed class MemoryDataGateway(TimeProvider time) : IDataGateway
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryObject> _objects = new(StringComparer.Ordinal);
    private ImmutableSortedSet<string> _keys = ImmutableSortedSet.Create<string>(KeyOrder.Instance);
    private long _writes;

    /// <inheritdoc/>
    public DataTraits Traits { get; } = new()
    {
        Provider = "memory",
        ConditionalCreate = true,
        ConditionalReplace = true,
        ConditionalDelete = true,
        OrderedListing = true,
        StronglyConsistent = true,
        MaxObjectLength = Array.MaxLength,
        MaxKeyLength = ObjectKey.MaxLength,
    };

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<string>(cancellation);
        if (Refusal(key, "put") is { } refusal)
            return ValueTask.FromException<string>(refusal);

        // The copy is made outside of the lock: a large object keeps nobody waiting.
        byte[] bytes = content.ToArray();
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            _ = _objects.TryGetValue(key, out MemoryObject? there);
            if (condition.IsIfAbsent && there is not null)
                return ValueTask.FromException<string>(Mismatch("put", key, "the object exists"));
            if (condition.Version is not null && Mismatch("put", key, condition.Version, there) is { } mismatch)
                return ValueTask.FromException<string>(mismatch);
            string version = (++_writes).ToString(CultureInfo.InvariantCulture);
            _objects[key] = new MemoryObject(bytes, version, now);
            if (there is null)
                _keys = _keys.Add(key);
            return new ValueTask<string>(version);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        if (range is { } part)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(part.Offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part.Length, nameof(range));
        }

        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ObjectContent?>(cancellation);
        if (Refusal(key, "get") is { } refusal)
            return ValueTask.FromException<ObjectContent?>(refusal);
        if (Find(key) is not { } found)
            return default;
        int offset = (int)Math.Min(range?.Offset ?? 0, found.Bytes.Length);
        int length = (int)Math.Min(range?.Length ?? long.MaxValue, found.Bytes.Length - offset);
        return new ValueTask<ObjectContent?>(new ObjectContent(found.Bytes.AsMemory(offset, length), Describe(key, found)));
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ObjectInfo?>(cancellation);
        if (Refusal(key, "head") is { } refusal)
            return ValueTask.FromException<ObjectInfo?>(refusal);
        return new ValueTask<ObjectInfo?>(Find(key) is { } found ? Describe(key, found) : null);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellation);
        if (Refusal(key, "delete") is { } refusal)
            return ValueTask.FromException<bool>(refusal);
        lock (_lock)
        {
            _ = _objects.TryGetValue(key, out MemoryObject? there);
            if (version is not null && Mismatch("delete", key, version, there) is { } mismatch)
                return ValueTask.FromException<bool>(mismatch);
            if (there is null)
                return new ValueTask<bool>(false);
            _ = _objects.Remove(key);
            _keys = _keys.Remove(key);
            return new ValueTask<bool>(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ListPage>(cancellation);
        List<ObjectInfo> found = [];
        lock (_lock)
        {
            // All keys with a prefix stand together, from the place where the prefix itself would.
            int index = StartOf(prefix, after);
            for (; index < _keys.Count && _keys[index].StartsWith(prefix, StringComparison.Ordinal); index++)
            {
                if (found.Count == limit)
                    return new ValueTask<ListPage>(new ListPage(found, found[^1].Key));
                found.Add(Describe(_keys[index], _objects[_keys[index]]));
            }
        }

        return new ValueTask<ListPage>(new ListPage(found, null));
    }

    /// <summary>Does nothing: the objects stay for whoever holds the instance.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Removes all objects.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _objects.Clear();
            _keys = _keys.Clear();
        }
    }

    private static StorageException? Refusal(string key, string operation) => ObjectKey.Complaint(key) is { } complaint
        ? new StorageException(StorageErrorKind.InvalidName, operation, ObjectKey.Printable(key), complaint)
        : null;

    private static StorageException? Mismatch(string operation, string key, string version, MemoryObject? there)
    {
        if (there is null)
            return Mismatch(operation, key, "there is no such object");
        return there.Version == version ? null : Mismatch(operation, key, $"the object is another version, {there.Version}");
    }

    private static StorageException Mismatch(string operation, string key, string reason) =>
        new(StorageErrorKind.PreconditionFailed, operation, key, reason);

    private static ObjectInfo Describe(string key, MemoryObject found) => new(key, found.Bytes.Length, found.Version, found.Written);

    private MemoryObject? Find(string key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key);
    }

    private int StartOf(string prefix, string? after)
    {
        bool exclusive = after is not null && KeyOrder.Compare(after, prefix) >= 0;
        int index = _keys.IndexOf(exclusive ? after! : prefix);
        if (index < 0)
            return ~index;
        return exclusive ? index + 1 : index;
    }
}
