namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>The tables, and the statements that both databases understand. Parameters: <c>@d</c> database, <c>@c</c> content id, <c>@p</c> parents, <c>@b</c> data, <c>@n</c> sequence number.</summary>
/// <remarks>
/// One table is heads, change log and memory of what was superseded: an event is a head as long as <c>removed</c> is null, and what changed since a number is what
/// was added or removed after it. Removed events keep their id only, and are dropped when they are older than the history that is kept (<c>horizon</c>).
/// </remarks>
internal static class HeadTables
{
    /// <summary>Version of the tables.</summary>
    public const int Version = 1;

    public const string ReadSequence = "SELECT sequence FROM fireproof_databases WHERE name = @d";

    // One statement is one moment.
    public const string ReadHeads =
        """
        SELECT d.sequence, e.cid, e.parents, e.data FROM fireproof_databases d
        LEFT JOIN fireproof_events e ON e.database = d.name AND e.removed IS NULL
        WHERE d.name = @d ORDER BY e.added
        """;

    // Two halves, so that each has its index: one condition of both would look through the whole history.
    public const string ReadSince =
        """
        SELECT d.sequence, d.horizon, e.cid, e.parents, e.data, e.removed FROM fireproof_databases d
        LEFT JOIN (
            SELECT cid, parents, data, removed, added FROM fireproof_events WHERE database = @d AND removed IS NULL AND added > @n
            UNION ALL
            SELECT cid, parents, data, removed, added FROM fireproof_events WHERE database = @d AND removed > @n AND added <= @n) e ON 1 = 1
        WHERE d.name = @d ORDER BY e.added
        """;

    // All were added after nought: without saying so, SQLite takes the primary key, and looks through the whole history.
    public const string CountHeads = "SELECT COUNT(*) FROM fireproof_events WHERE database = @d AND removed IS NULL AND added > 0";

    public const string CountHead = "SELECT COUNT(*) FROM fireproof_events WHERE database = @d AND cid = @c AND removed IS NULL";

    public const string CountEvent = "SELECT COUNT(*) FROM fireproof_events WHERE database = @d AND cid = @c";

    public const string CountRemoved = "SELECT COUNT(*) FROM fireproof_events WHERE database = @d AND removed IS NOT NULL";

    public const string AddEvent =
        """
        INSERT INTO fireproof_events (database, cid, parents, data, added) VALUES (@d, @c, @p, @b, @n)
        ON CONFLICT (database, cid) DO NOTHING
        """;

    public const string RemoveHead =
        """
        UPDATE fireproof_events SET removed = @n, parents = NULL, data = NULL WHERE database = @d AND cid = @c AND removed IS NULL
        """;

    // Superseded before it came: it was never a head, so no number is spent on it.
    public const string RememberRemoved =
        """
        INSERT INTO fireproof_events (database, cid, added, removed) VALUES (@d, @c, @n, @n)
        ON CONFLICT (database, cid) DO NOTHING
        """;

    public const string ForgetRemoved = "DELETE FROM fireproof_events WHERE database = @d AND cid = @c AND removed IS NOT NULL";

    public const string SetSequence = "UPDATE fireproof_databases SET sequence = @n WHERE name = @d";

    public const string DropHistory = "DELETE FROM fireproof_events WHERE database = @d AND removed <= @n";

    public const string SetHorizon = "UPDATE fireproof_databases SET horizon = @n WHERE name = @d AND horizon < @n";

    public const string DropEvents = "DELETE FROM fireproof_events WHERE database = @d";

    // Takes the row for this transaction: publishers of one database come one by one, on PostgreSQL too.
    public const string TakeDatabase =
        """
        INSERT INTO fireproof_databases (name, sequence, horizon) VALUES (@d, 0, 0)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING sequence, horizon
        """;

    public const string ReadLog = "SELECT log, version FROM fireproof_store";
}
