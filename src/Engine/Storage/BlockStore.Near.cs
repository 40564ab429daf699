using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.Storage;

/// <content>What can be read without asking a remote store.</content>
internal sealed partial class BlockStore
{
    /// <summary>An event that is in memory, or in a file that is here.</summary>
    /// <param name="cid">The event.</param>
    /// <param name="unread">Files that may hold it, when it is not known where it is. Those that were looked at are taken out.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Null when it is in none of them, or one is not here.</returns>
    public async ValueTask<ClockEvent?> FindNearEventAsync(Cid cid, Queue<Cid> unread, CancellationToken cancellation)
    {
        if (_events.Find(cid) is { } known)
            return known;
        Cid asked = default;
        while (true)
        {
            Location location;
            ReadOnlyMemory<byte>? content = null;
            lock (_gate)
            {
                if (_index.TryGetValue(cid, out location) && location.Slot.File is { } file)
                    content = Check(cid, location, file);
            }

            if (content is { } bytes)
            {
                var read = ClockEvent.Read(new Block(cid, bytes));
                _events.Add(cid, read, read.Operations.Length);
                return read;
            }

            Cid car;
            if (location.Slot is { } slot)
            {
                // It was opened a moment ago, and is not where the index says: it was deleted since, and came back.
                if (slot.Cid == asked)
                    return null;
                asked = car = slot.Cid;
            }
            else if (!unread.TryDequeue(out car))
                return null;
            else if (IsOpened(car))
                continue;
            if (!await IsNearAsync(car, cancellation) || await OpenAsync(car, cancellation) is null)
                return null;
        }
    }

    /// <summary>Whether a file need not be fetched to be read: it was opened before, is here, or there is nowhere else.</summary>
    public async ValueTask<bool> IsNearAsync(Cid car, CancellationToken cancellation) =>
        IsOpened(car) || _files.Remotes is not { IsEmpty: false } || await _files.Gateway.HeadAsync(DataFiles.KeyOfCar(car), cancellation) is not null;
}
