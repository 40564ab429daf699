namespace FireproofBench.Engine.Compaction;

/// <summary>Counts the walks over documents that are under way: as long as there are any, files of the states that they began with stay.</summary>
internal sealed class OpenWalks
{
    private int _count;

    /// <summary>Whether there is a walk under way.</summary>
    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>Begins a walk.</summary>
    /// <returns>Ends it when disposed of; dispose of it once.</returns>
    public Walk Begin()
    {
        Interlocked.Increment(ref _count);
        return new Walk(this);
    }

    /// <summary>A walk that is under way.</summary>
    internal readonly struct Walk(OpenWalks owner) : IDisposable
    {
        /// <summary>Ends the walk.</summary>
        public void Dispose() => Interlocked.Decrement(ref owner._count);
    }
}
