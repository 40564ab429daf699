namespace FireproofBench.Endpoint.Objects;

/// <summary>
/// Which write made the present version of an object, as far as this process remembers: so that a device whose answer was lost can find out whether its
/// conditional write happened. A bounded memory; what it forgot stays ambiguous for the device.
/// </summary>
internal sealed class WriteLedger
{
    private const int MaxRemembered = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Key, string Version), string> _writes = [];
    private readonly Queue<(string Key, string Version)> _order = new();

    /// <summary>Remembers a write.</summary>
    public void Note(string key, string version, string writeId)
    {
        lock (_lock)
        {
            if (!_writes.TryAdd((key, version), writeId))
            {
                _writes[(key, version)] = writeId;
                return;
            }

            _order.Enqueue((key, version));
            if (_order.Count > MaxRemembered)
                _ = _writes.Remove(_order.Dequeue());
        }
    }

    /// <summary>The write that made a version; null when it is not remembered, or none had an id.</summary>
    public string? Find(string key, string version)
    {
        lock (_lock)
            return _writes.Count == 0 ? null : _writes.GetValueOrDefault((key, version));
    }
}
