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

        object? heads = await session.Command(HeadTables.CountHeads, ("@d", database)).ExecuteScalarAsync(cancellation);
        return new Lane(sequence, horizon) { Heads = Convert.ToInt64(heads, CultureInfo.InvariantCulture) };
    }

    private async ValueTask PublishAsync(Publishing publishing, Lane lane, MetaEntry entry, CancellationToken cancellation)
    {
        if (lane.Heads - publishing.Superseded.Count >= publishing.MaxHeads)
        {
            publishing.Refusal = new StorageException(
                StorageErrorKind.NoSpace, "publish", publishing.Database, $"the database has {lane.Heads} heads, and {publishing.MaxHeads} is the limit: merge them first");
            return;
        }

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
                _ = await RunAsync(HeadTables.RememberRemoved, cancellation, ("@d", publishing.Database), ("@c", binary), ("@n", next));
            }
        }

        if (changed)
            lane.Sequence = next;
    }

    private async ValueTask ClearAsync(Publishing publishing, Lane lane, CancellationToken cancellation)
    {
        bool any = await RunAsync(HeadTables.DropEvents, cancellation, ("@d", publishing.Database)) > 0;
        lane.Added.Clear();
        lane.Removed.Clear();
        lane.IsCleared = true;
        lane.Heads = 0;
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

        public bool IsCleared { get; set; }

        public List<MetaEntry> Added { get; } = [];

        public HashSet<Cid> Removed { get; } = [];
    }
}
