namespace FireproofBench.Gateways.Simulated;

/// <summary>The changes of one key that somebody may still be shown, in the order in which they win.</summary>
internal sealed class KeyChanges
{
    private readonly List<KeyChange> _changes = [];

    /// <summary>The change that wins in the end; null before the first one.</summary>
    public KeyChange? Winner => _changes.Count == 0 ? null : _changes[^1];

    /// <summary>The number of the change that was made last, whether it wins or not.</summary>
    public long Last { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(KeyChange change)
    {
        int at = _changes.Count;
        while (at > 0 && _changes[at - 1].Stamp > change.Stamp)
            at--;
        _changes.Insert(at, change);
        Last = change.Number;
    }

    /// <summary>What a node gives; null for what it never heard of.</summary>
    public KeyChange? Seen(int node, long now) => _changes.FindLast(change => change.SeenAt[node] <= now);

    /// <summary>What listings show; null for nothing.</summary>
    public KeyChange? Listed(long now) => _changes.FindLast(change => change.ListedAt <= now);

    /// <summary>Forgets what nothing shows any more.</summary>
    public void Forget(long now)
    {
        int whole = _changes.FindLastIndex(change => change.WholeAt <= now);
        if (whole > 0)
            _changes.RemoveRange(0, whole);
    }

    /// <summary>Whether all that is left is a delete that everybody has seen.</summary>
    public bool IsGone(long now) => _changes is [{ Content: null } only] && only.WholeAt <= now;
}
