namespace FireproofBench.Engine.Storage;

/// <summary>A cache that forgets what was not used for long: two generations, of which the older is dropped when the younger is full.</summary>
/// <param name="capacity">Weight of one generation; the cache holds up to twice as much.</param>
internal sealed class BoundedCache<TKey, TValue>(long capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _gate = new();
    private Dictionary<TKey, (TValue Value, int Weight)> _young = [];
    private Dictionary<TKey, (TValue Value, int Weight)> _old = [];
    private long _weight;

    public TValue? Find(TKey key)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(key, out (TValue Value, int Weight) found))
                return found.Value;
            if (!_old.Remove(key, out found))
                return null;
            Put(key, found.Value, found.Weight);
            return found.Value;
        }
    }

    public void Add(TKey key, TValue value, int weight = 1)
    {
        lock (_gate)
            Put(key, value, weight);
    }

    private void Put(TKey key, TValue value, int weight)
    {
        if (!_young.TryAdd(key, (value, weight)))
            return;
        _weight += weight;
        if (_weight < capacity)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
        _weight = 0;
    }
}
