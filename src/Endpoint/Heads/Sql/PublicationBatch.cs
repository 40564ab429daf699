using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>Applies the publications that wait together, in one transaction: one wait for the medium serves them all.</summary>
/// <param name="session">A session in a transaction.</param>
/// <param name="log">The name of the store.</param>
/// <param name="history">How many changes of a database are remembered at least.</param>
internal sealed class PublicationBatch(HeadSession session, string log, int history)
{
    private readonly SortedDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>The databases that changed, each with the number that it had before and the state that follows from it by the changes.</summary>
    public IEnumerable<(string Database, long Before, Func<HeadState, HeadState> Apply)> Changes =>
        _lanes.Where(static lane => lane.Value.Sequence != lane.Value.Before).Select(lane => (lane.Key, lane.Value.Before, (Func<HeadState, HeadState>)(state => Apply(lane.Value, state))));

    /// <summary>Applies all.</summary>
    public async ValueTask ApplyAsync(IReadOnlyList<Publishing> waiting, CancellationToken cancellation)
    {
        // In the order of names, so that two endpoints never wait for each other.
        foreach (string database in waiting.Select(static w => w.Database).Distinct().Order(StringComparer.Ordinal))
            _lanes[database] = await TakeAsync(database, cancellation);
        foreach (Publishing publishing in waiting)
        {
            Lane lane = _lanes[publishing.Database];
            if (publishing.Entry is { } entry)
                await PublishAsync(publishing, lane, entry, cancellation);
            else
                await ClearAsync(publishing, lane, cancellation);
            publishing.Cursor = new HeadCursor(log, lane.Sequence);
        }

        foreach ((string database, Lane lane) in _lanes)
        {
            if (lane.Sequence != lane.Before)
                await RunAsync(HeadTables.SetSequence, cancellation, ("@d", database), ("@n", lane.Sequence));
            if (lane.Sequence - lane.Horizon > history + (history / 10))
                await DropHistoryAsync(database, lane.Sequence - history, cancellation);
        }
    }

    private static HeadState Apply(Lane lane, HeadState state)
    {
        ImmutableArray<MetaEntry> entries = lane.IsCleared ? [] : state.Entries;
        return new HeadState(
            state.Cursor with { Sequence = lane.Sequence },
            [.. entries.Where(entry => !lane.Removed.Contains(entry.Cid)), .. lane.Added.Where(entry => !lane.Removed.Contains(entry.Cid))]);
    }

    private async ValueTask<Lane> TakeAsync(string database, CancellationToken cancellation)
    {
        long sequence;
        long horizon;
        await using (DbDataReader row = await session.Command(HeadTables.TakeDatabase, ("@d", database)).ExecuteReaderAsync(cancellation))
        {
            _ = await row.ReadAsync(cancellation);
            (sequence, horizon) = (row.GetInt64(0), row.GetInt64(1));
        }

        return new Lane(sequence, horizon) { Heads = await CountAsync(HeadTables.CountHeads, cancellation, ("@d", database)) };
    }

    private async ValueTask PublishAsync(Publishing publishing, Lane lane, MetaEntry entry, CancellationToken cancellation)
    {
        publishing.Refusal = await ComplaintAsync(publishing, lane, entry, cancellation);
        if (publishing.Refusal is not null)
            return;

        long next = lane.Sequence + 1;
        bool added = await RunAsync(
            HeadTables.AddEvent, cancellation, ("@d", publishing.Database), ("@c", Binary(entry.Cid)), ("@p", Binary(entry.Parents)), ("@b", entry.Data.ToArray()), ("@n", next)) > 0;
        if (added)
        {
            lane.Added.Add(entry);
            lane.Heads++;
        }

        bool changed = added;
        foreach (Cid cid in publishing.Superseded)
        {
            if (cid == entry.Cid)
                continue;
            byte[] binary = Binary(cid);
            if (await RunAsync(HeadTables.RemoveHead, cancellation, ("@d", publishing.Database), ("@c", binary), ("@n", next)) > 0)
            {
                lane.Removed.Add(cid);
                lane.Heads--;
                changed = true;
            }
            else
            {
                await RememberAsync(publishing, lane, binary, next, cancellation);
            }
        }

        if (changed)
            lane.Sequence = next;
    }

    // Only what is a head makes room for another one. That is looked at when it matters.
    private async ValueTask<StorageException?> ComplaintAsync(Publishing publishing, Lane lane, MetaEntry entry, CancellationToken cancellation)
    {
        if (lane.Heads < publishing.MaxHeads || await CountAsync(HeadTables.CountEvent, cancellation, ("@d", publishing.Database), ("@c", Binary(entry.Cid))) > 0)
            return null;
        long room = publishing.MaxHeads - lane.Heads - 1;
        foreach (Cid cid in publishing.Superseded.Distinct())
            room += await CountAsync(HeadTables.CountHead, cancellation, ("@d", publishing.Database), ("@c", Binary(cid)));
        return room >= 0
            ? null
            : new StorageException(
                StorageErrorKind.NoSpace, "publish", publishing.Database, $"the database has {lane.Heads} heads, and {publishing.MaxHeads} is the limit: merge them first");
    }

    // Ids that never come would fill the table: beyond what history can have removed, as many are kept as history is long.
    private async ValueTask RememberAsync(Publishing publishing, Lane lane, byte[] cid, long sequence, CancellationToken cancellation)
    {
        if (await RunAsync(HeadTables.RememberRemoved, cancellation, ("@d", publishing.Database), ("@c", cid), ("@n", sequence)) == 0)
            return;
        lane.Remembered = lane.Remembered + 1 ?? await CountAsync(HeadTables.CountRemoved, cancellation, ("@d", publishing.Database));
        if (lane.Remembered <= publishing.MaxHeads + (2L * history) + (history / 10))
            return;
        _ = await RunAsync(HeadTables.ForgetRemoved, cancellation, ("@d", publishing.Database), ("@c", cid));
        lane.Remembered--;
    }

    private async ValueTask ClearAsync(Publishing publishing, Lane lane, CancellationToken cancellation)
    {
        bool any = await RunAsync(HeadTables.DropEvents, cancellation, ("@d", publishing.Database)) > 0;
        lane.Added.Clear();
        lane.Removed.Clear();
        lane.IsCleared = true;
        lane.Heads = 0;
        lane.Remembered = 0;
        if (!any)
            return;

        // Nobody can go on from before: the removals are forgotten too.
        lane.Sequence++;
        _ = await RunAsync(HeadTables.SetHorizon, cancellation, ("@d", publishing.Database), ("@n", lane.Sequence));
    }

    private async ValueTask DropHistoryAsync(string database, long horizon, CancellationToken cancellation)
    {
        _ = await RunAsync(HeadTables.DropHistory, cancellation, ("@d", database), ("@n", horizon));
        _ = await RunAsync(HeadTables.SetHorizon, cancellation, ("@d", database), ("@n", horizon));
    }

    private async ValueTask<long> CountAsync(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters) =>
        Convert.ToInt64(await session.Command(sql, parameters).ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);

    private async ValueTask<int> RunAsync(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters) =>
        await session.Command(sql, parameters).ExecuteNonQueryAsync(cancellation);

    private static byte[] Binary(Cid cid)
    {
        byte[] bytes = new byte[Cid.BinaryLength];
        cid.WriteBinary(bytes);
        return bytes;
    }

    private static byte[] Binary(ImmutableArray<Cid> cids)
    {
        byte[] bytes = new byte[cids.Length * Cid.BinaryLength];
        for (int i = 0; i < cids.Length; i++)
            cids[i].WriteBinary(bytes.AsSpan(i * Cid.BinaryLength));
        return bytes;
    }

    // What happens to one database in the transaction.
    private sealed class Lane(long sequence, long horizon)
    {
        public long Before { get; } = sequence;

        public long Sequence { get; set; } = sequence;

        public long Horizon { get; } = horizon;

        public long Heads { get; set; }

        // Events that are remembered and no heads, with those that never were; null as long as it does not matter.
        public long? Remembered { get; set; }

        public bool IsCleared { get; set; }

        public List<MetaEntry> Added { get; } = [];

        public HashSet<Cid> Removed { get; } = [];
    }
}
