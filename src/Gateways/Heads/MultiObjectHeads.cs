using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Heads;

/// <summary>The heads of a database over any store of objects, each in an object of its own: no lock and no condition, whoever writes beside.</summary>
/// <remarks>
/// <para>A publication stores <c>meta/&lt;cid&gt;</c> (the reference engine's list form, with one entry and, as one more field, what it supersedes), and only then
/// removes what it supersedes. Where the store's listings lag, the next publication does, and not before its own entry is listed: readers there are slow, and
/// would find nothing but gone objects. What could not be removed is removed by a later publication of this instance.</para>
/// <para>A reading is the union of all objects that are listed, of the entries of a <c>meta/main.json</c> that a folder brought along, and of what this instance
/// published itself. An entry that another one names as its parent, or as superseded, is no head, also while its object is still there. When an object is gone between listing and
/// get, its successor may be younger than the listing: it is listed again until that one is found, so no reading misses both.</para>
/// </remarks>
public sealed class MultiObjectHeads : IMetadataGateway, IForgetfulHeads
{
    /// <summary>How long a reading waits for a listing that names only objects which are gone, before it fails as Transient.</summary>
    public static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(10);

    private const int Parallel = 16;

    private readonly IDataGateway _data;
    private readonly TimeProvider _time;
    private readonly HeadSet _set = new();

    /// <summary>The heads of one database.</summary>
    /// <param name="data">The objects of the database. They stay open when this is disposed of.</param>
    /// <param name="options">The clock.</param>
    public MultiObjectHeads(IDataGateway data, GatewayOptions options)
    {
        _data = data;
        _time = options.Time;
        Traits = new MetadataTraits { Provider = data.Traits.Provider, Push = false, SingleObject = false, KeepsKeys = true };
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; }

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        HashSet<string> formerlyGone = [];
        List<ObjectInfo> found = [];
        HashSet<string>? missed = null;
        int repeated = 0;
        while (true)
        {
            List<ObjectInfo> listed = await HeadKeys.ListAsync(_data, cancellation);
            if (_set.Unchanged(listed) is { } same)
                return same;
            HashSet<string> gone = await FetchAsync(listed, cancellation);
            await ConfirmOwnAsync(listed, cancellation);
            if (gone.Count == 0)
            {
                if (Read(listed) is { } reading)
                    return reading;
                continue;
            }

            // Beside many writers there is always something gone. What the first listing named was there, or is superseded by what was: nothing before the reading is missed.
            missed ??= gone;
            found = [.. listed.Where(o => !gone.Contains(o.Key)).UnionBy(found.Where(static o => o.Key != HeadKeys.Main), static o => o.Key)];
            if (_set.Supersedes(found, missed) && Read(found) is { } covering)
                return covering;

            // The same objects gone again and again: the listing lags, and what it names beside them is what there is to know.
            repeated = gone.SetEquals(formerlyGone) ? repeated + 1 : 0;
            formerlyGone = gone;
            if (repeated >= 2 && _set.HasAny(listed, gone) && Read([.. listed.Where(o => !gone.Contains(o.Key))]) is { } lagging)
                return lagging;
            if (_time.GetElapsedTime(start) > LongestLag)
                throw new StorageException(StorageErrorKind.Transient, "read heads", HeadKeys.Folder, "the store lists heads that are gone, and not what came after them: its listings lag; read again");
            if (repeated > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(10 << Math.Min(repeated, 6)), _time, cancellation);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Once the entry is durable the call succeeds, also when it is cancelled or the removal fails.</remarks>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        // What others left goes with this publication. Should its removal fail, the new head says that it is none.
        IEnumerable<Cid> left = _data.Traits.StronglyConsistent ? _set.Due() : [];
        HeadObject own = new(entry with { Data = entry.Data.ToArray() }, [.. superseded.Union(left).Where(cid => cid != entry.Cid && !entry.Parents.Contains(cid))]);
        await StoreAsync(own, cancellation);
        Cid[] formerlyDue = _set.Due();
        _set.Publish(own, superseded);
        formerlyDue = [.. formerlyDue.Intersect(_set.Due())];
        try
        {
            if (_data.Traits.StronglyConsistent)
                await RemoveAsync(_set.Due(), cancellation);
            else if (formerlyDue.Length > 0 && (await HeadKeys.ListAsync(_data, cancellation)).Exists(o => o.Key == HeadKeys.Of(entry.Cid)))
                await RemoveAsync(formerlyDue, cancellation);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            // The next publication removes the rest.
        }
    }

    /// <summary>A store of objects tells of nothing: the stream is empty, and ends when it is cancelled.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Cancelled.WaitAsync(cancellation);
        yield break;
    }

    /// <summary>Does nothing: the objects belong to whoever opened them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void IForgetfulHeads.Clear() => _set.Clear();

    // The object is nobody else's, so reading back settles a lost answer.
    private async ValueTask StoreAsync(HeadObject head, CancellationToken cancellation)
    {
        string key = HeadKeys.Of(head.Entry.Cid);
        byte[] bytes = head.ToBytes();
        try
        {
            _ = await _data.PutAsync(key, bytes, PutCondition.None, cancellation);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Transient or StorageErrorKind.Ambiguous)
        {
            if (!await IsThereAsync(key, bytes, cancellation))
                throw;
        }
    }

    // Where listings lag they go on showing what is long removed: there nothing follows from it, and what hid an object takes it along when it goes.
    private MetaReading? Read(List<ObjectInfo> listed) => _set.Read(listed, _data.Traits.StronglyConsistent);

    private async ValueTask<bool> IsThereAsync(string key, byte[] bytes, CancellationToken cancellation)
    {
        try
        {
            return await _data.GetAsync(key, null, cancellation) is { } there && there.Bytes.Span.SequenceEqual(bytes);
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private async ValueTask<HashSet<string>> FetchAsync(List<ObjectInfo> listed, CancellationToken cancellation)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (ObjectInfo[] some in _set.Unread(listed).Chunk(Parallel))
        {
            bool[] found = await Task.WhenAll(some.Select(o => FetchAsync(o, cancellation)));
            gone.UnionWith(some.Where((_, i) => !found[i]).Select(static o => o.Key));
        }

        return gone;
    }

    private async Task<bool> FetchAsync(ObjectInfo listed, CancellationToken cancellation)
    {
        if (HeadKeys.TryParse(listed.Key, out Cid cid))
        {
            HeadObject? head = await HeadKeys.ReadAsync(_data, cid, cancellation);
            if (head is not null)
                _set.Learn(head);
            return head is not null;
        }

        ObjectContent? main = await _data.GetAsync(listed.Key, null, cancellation);
        if (main is not null)
            _set.LearnMain(HeadKeys.Parse(main), listed.Version);
        return main is not null;
    }

    // What is published here and not listed was superseded by others, or the listing lags: the object tells.
    private async ValueTask ConfirmOwnAsync(List<ObjectInfo> listed, CancellationToken cancellation)
    {
        foreach (Cid cid in _set.OwnBeside(listed))
        {
            if (await _data.HeadAsync(HeadKeys.Of(cid), cancellation) is null)
                _set.Disown(cid);
        }
    }

    private async ValueTask RemoveAsync(Cid[] due, CancellationToken cancellation)
    {
        await MoveMainAsync(cancellation);
        if (_data.Traits.StronglyConsistent)
        {
            foreach (Cid[] some in due.Chunk(Parallel))
                await Task.WhenAll(some.Select(cid => RemoveAsync(cid, cancellation)));
            return;
        }

        // What each superseded goes first, so one after the other: another client may have left that to its next publication, and nothing that stays would say that it is none of the heads.
        HashSet<Cid> visited = [];
        foreach (Cid cid in due)
        {
            if (!visited.Add(cid))
                continue;
            await RemoveSupersededAsync(cid, visited, cancellation);
            await RemoveAsync(cid, cancellation);
        }
    }

    private async Task RemoveAsync(Cid cid, CancellationToken cancellation)
    {
        _ = await _data.DeleteAsync(HeadKeys.Of(cid), null, cancellation);
        _set.NoteRemoved(cid);
    }

    private async Task RemoveSupersededAsync(Cid cid, HashSet<Cid> visited, CancellationToken cancellation)
    {
        if ((_set.Find(cid) ?? await HeadKeys.ReadAsync(_data, cid, cancellation)) is not { } head)
            return;
        foreach (Cid older in head.Entry.Parents.Concat(head.Superseded))
        {
            // A late store goes on showing what was removed.
            if (!visited.Add(older) || _set.IsRemoved(older) || await _data.HeadAsync(HeadKeys.Of(older), cancellation) is null)
                continue;
            await RemoveSupersededAsync(older, visited, cancellation);
            await RemoveAsync(older, cancellation);
        }
    }

    // The entries of a folder's file that stay get objects of their own, then the file goes.
    private async ValueTask MoveMainAsync(CancellationToken cancellation)
    {
        if (!_set.IsMainTouched)
            return;
        foreach (MetaEntry left in _set.LiveInMain())
            await StoreAsync(new HeadObject(left, []), cancellation);
        _ = await _data.DeleteAsync(HeadKeys.Main, null, cancellation);
        _set.NoteMainRemoved();
    }
}
