using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>A change that waits for its turn.</summary>
/// <param name="Database">The database.</param>
/// <param name="Entry">What to add; null to remove all.</param>
/// <param name="Superseded">What to remove.</param>
/// <param name="MaxHeads">Most heads that may be there afterwards.</param>
internal sealed record Publishing(string Database, MetaEntry? Entry, IReadOnlyCollection<Cid> Superseded, int MaxHeads)
{
    private readonly TaskCompletionSource<HeadCursor> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What came of it.</summary>
    public Task<HeadCursor> Done => _done.Task;

    /// <summary>The moment after it, once it is known; told when its transaction is durable.</summary>
    public HeadCursor Cursor { get; set; }

    /// <summary>Why it is refused, while others of its transaction are not.</summary>
    public StorageException? Refusal { get; set; }

    /// <summary>Its transaction is durable.</summary>
    public void Conclude()
    {
        if (Refusal is { } refusal)
            _ = _done.TrySetException(refusal);
        else
            _ = _done.TrySetResult(Cursor);
    }

    /// <summary>Its transaction failed.</summary>
    public void Fail(StorageException failure) => _done.TrySetException(failure);
}
