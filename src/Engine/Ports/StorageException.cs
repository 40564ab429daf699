namespace FireproofBench.Engine.Ports;

/// <summary>The one exception of the storage port: what failed, at which key, in which call.</summary>
public sealed class StorageException : Exception
{
    /// <summary>A failure of <paramref name="operation"/> at <paramref name="key"/>.</summary>
    /// <param name="kind">What the caller does next.</param>
    /// <param name="operation">The call: put, get, head, delete, list, read heads, publish, lock…</param>
    /// <param name="key">The key, path or database; empty when the failure is of the provider as a whole. Never a secret.</param>
    /// <param name="reason">One sentence: what happened and, where it helps, what to do.</param>
    /// <param name="cause">The provider's own failure.</param>
    public StorageException(StorageErrorKind kind, string operation, string key, string reason, Exception? cause = null)
        : base(key.Length == 0 ? $"{operation}: {reason}" : $"{operation} '{key}': {reason}", cause)
    {
        Kind = kind;
        Operation = operation;
        Key = key;
        Reason = reason;
    }

    /// <summary>What the caller does next.</summary>
    public StorageErrorKind Kind { get; }

    /// <summary>The call that failed.</summary>
    public string Operation { get; }

    /// <summary>The key, path or database; may be empty.</summary>
    public string Key { get; }

    /// <summary>What happened and, where it helps, what to do: the message without call and key.</summary>
    public string Reason { get; }

    /// <summary>How long the provider asks to wait before the next call, not negative; null when it does not say. A wish, not a promise: callers bound it.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
