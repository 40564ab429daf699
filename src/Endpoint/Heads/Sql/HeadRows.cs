using System.Collections.Immutable;
using System.Data.Common;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>Reads rows of heads.</summary>
internal static class HeadRows
{
    /// <summary>Reads the answer to <see cref="HeadTables.ReadHeads"/>.</summary>
    /// <returns>Null when the database is not there.</returns>
    public static async ValueTask<(long Sequence, ImmutableArray<MetaEntry> Entries)?> ReadAsync(DbDataReader rows, CancellationToken cancellation)
    {
        long? sequence = null;
        ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>();
        while (await rows.ReadAsync(cancellation))
        {
            sequence = rows.GetInt64(0);
            if (rows.GetValue(1) is byte[])
                entries.Add(EntryOf(rows, 1));
        }

        return sequence is { } number ? (number, entries.DrainToImmutable()) : null;
    }

    /// <summary>Reads the answer to <see cref="HeadTables.ReadSince"/>.</summary>
    /// <returns>Null when the database is not there, or the moment is not one of its history.</returns>
    public static async ValueTask<HeadDelta?> ReadAsync(DbDataReader rows, HeadCursor since, CancellationToken cancellation)
    {
        long? sequence = null;
        ImmutableArray<MetaEntry>.Builder added = ImmutableArray.CreateBuilder<MetaEntry>();
        ImmutableArray<Cid>.Builder removed = ImmutableArray.CreateBuilder<Cid>();
        while (await rows.ReadAsync(cancellation))
        {
            sequence = rows.GetInt64(0);
            if (since.Sequence < rows.GetInt64(1) || since.Sequence > sequence)
                return null;
            if (rows.GetValue(2) is not byte[] cid)
                continue;
            if (rows.GetValue(5) is DBNull)
                added.Add(EntryOf(rows, 2));
            else
                removed.Add(CidOf(cid));
        }

        if (sequence is { } number)
            return new HeadDelta(since with { Sequence = number }, added.DrainToImmutable(), removed.DrainToImmutable());
        return since.Sequence == 0 ? new HeadDelta(since, [], []) : null;
    }

    private static MetaEntry EntryOf(DbDataReader rows, int column)
    {
        byte[] parents = (byte[])rows.GetValue(column + 1);
        ImmutableArray<Cid>.Builder cids = ImmutableArray.CreateBuilder<Cid>(parents.Length / Cid.BinaryLength);
        for (int i = 0; i < parents.Length; i += Cid.BinaryLength)
            cids.Add(CidOf(parents.AsSpan(i, Math.Min(Cid.BinaryLength, parents.Length - i))));
        return new MetaEntry(CidOf((byte[])rows.GetValue(column)), cids.DrainToImmutable(), (byte[])rows.GetValue(column + 2));
    }

    private static Cid CidOf(ReadOnlySpan<byte> binary) => Cid.TryReadBinary(binary, out Cid cid)
        ? cid
        : throw new StorageException(StorageErrorKind.Corrupt, "read heads", "", "a content id in the table of events is none");
}
