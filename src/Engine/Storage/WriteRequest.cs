using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.Storage;

/// <summary>Puts that wait for the next commit.</summary>
/// <param name="operations">The puts, in order.</param>
/// <param name="documents">The blocks that they name, as far as they are new.</param>
internal sealed class WriteRequest(KeyValue[] operations, IReadOnlyList<Block> documents)
{
    private readonly TaskCompletionSource<ImmutableArray<Cid>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KeyValue[] Operations { get; } = operations;

    public IReadOnlyList<Block> Documents { get; } = documents;

    /// <summary>The heads after the commit.</summary>
    public Task<ImmutableArray<Cid>> Done => _done.Task;

    public void Complete(ImmutableArray<Cid> heads) => _done.TrySetResult(heads);

    public void Fail(Exception reason) => _done.TrySetException(reason);
}
