using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>The writes of one key, by value and by time.</summary>
internal sealed class RegisterWrites
{
    private readonly long _bound;
    private readonly ILookup<string, Operation> _puts;
    private readonly ImmutableArray<Operation> _allPuts;
    private readonly ImmutableArray<Operation> _deletes;
    private readonly Operation[] _acknowledged;

    // For each of those, in the order of their returns: which of them and those before was called last.
    private readonly Operation[] _latest;

    /// <summary>Sorts the writes of a key.</summary>
    /// <param name="operations">The operations on the key, in the order of their calls.</param>
    /// <param name="bound">For how long after it returned a write may still be unseen.</param>
    public RegisterWrites(ImmutableArray<Operation> operations, TimeSpan bound)
    {
        _bound = bound.Ticks * 100;
        _allPuts = [.. operations.Where(static o => o.Writes && o.Kind == OperationKind.Put)];
        _puts = _allPuts.ToLookup(static o => o.Value!, StringComparer.Ordinal);
        _deletes = [.. operations.Where(static o => o.Writes && o.Kind == OperationKind.Delete)];
        _acknowledged = [.. operations.Where(static o => o.Writes && o.IsOk).OrderBy(static o => o.Return)];
        _latest = new Operation[_acknowledged.Length];
        for (int i = 0; i < _latest.Length; i++)
            _latest[i] = i > 0 && _latest[i - 1].Call > _acknowledged[i].Call ? _latest[i - 1] : _acknowledged[i];
    }

    /// <summary>Of the writes that a read must see, or what came after them, the one that was called last: it overwrote all that had returned before its call. Null when there is none.</summary>
    public Operation? LatestBefore(Operation read)
    {
        int low = 0;
        int high = _acknowledged.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_acknowledged[middle].Return + _bound < read.Call)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? null : _latest[low - 1];
    }

    /// <summary>The writes whose value a read gave, at whatever time. A key is absent without any.</summary>
    public IEnumerable<Operation> ThatExplain(Operation read) => read switch
    {
        { Kind: OperationKind.Head, Found: true } => _allPuts,
        { Kind: OperationKind.Get, Value: { } value } => _puts[value],
        _ => _deletes,
    };
}
