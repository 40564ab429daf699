using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The remote stores that are attached, as places where a file may be that is not here. The one that failed least lately is asked first.</summary>
internal sealed class RemoteFiles
{
    private ImmutableArray<Source> _sources = [];
    private long _files;
    private long _bytes;

    /// <summary>Whether nothing is attached.</summary>
    public bool IsEmpty => _sources.IsEmpty;

    /// <summary>Whether one of them may show what was written late.</summary>
    public bool MayBeLate => _sources.Any(static source => !source.Files.Gateway.Traits.StronglyConsistent);

    /// <summary>Bytes that were fetched so far, and files.</summary>
    public (long Files, long Bytes) Fetched => (Interlocked.Read(ref _files), Interlocked.Read(ref _bytes));

    /// <summary>Adds a store.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="files">Its files.</param>
    public void Add(string name, DataFiles files) =>
        ImmutableInterlocked.Update(ref _sources, static (all, added) => all.Add(added), new Source(name, files));

    /// <summary>Takes a store away.</summary>
    public void Remove(DataFiles files) =>
        ImmutableInterlocked.Update(ref _sources, static (all, gone) => all.RemoveAll(source => source.Files == gone), files);

    /// <summary>Fetches a file, checked against its name.</summary>
    /// <returns>Its stored bytes; null when every store answered that it does not have it.</returns>
    /// <exception cref="StorageException">No store gave it, and at least one could not be asked or gave other bytes: as the last of these failed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string key, Cid name, CancellationToken cancellation)
    {
        StorageException? failure = null;
        foreach (Source source in _sources.Sort(static (left, right) => left.Failures.CompareTo(right.Failures)))
        {
            try
            {
                ObjectContent? content = await source.Files.Gateway.GetAsync(key, null, cancellation);
                source.Failures = 0;
                if (content is null)
                    continue;
                await source.Files.CheckAsync(key, name, content.Bytes, cancellation);
                Interlocked.Increment(ref _files);
                Interlocked.Add(ref _bytes, content.Bytes.Length);
                return content.Bytes;
            }
            catch (StorageException e)
            {
                source.Failures++;
                failure = new StorageException(e.Kind, "fetch", key, $"it is not here, and the remote store '{source.Name}' did not give it: {e.Message}", e);
            }
        }

        return failure is null ? default(ReadOnlyMemory<byte>?) : throw failure;
    }

    private sealed class Source(string name, DataFiles files)
    {
        public string Name { get; } = name;

        public DataFiles Files { get; } = files;

        /// <summary>Failures in a row.</summary>
        public int Failures { get; set; }
    }
}
