using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Ports;
using Npgsql;

namespace FireproofBench.Endpoint.Heads;

/// <summary>Heads in PostgreSQL, for any number of endpoints that share them. A change on one is told to the subscribers of all (LISTEN, NOTIFY).</summary>
public sealed class PostgresHeadStore : SqlHeadStore
{
    private const string ChannelName = "fireproof_heads";
    private static readonly TimeSpan _alive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;

    /// <summary>Tables in a database; they are made when they are not there.</summary>
    /// <param name="connection">A connection string of Npgsql. It appears in no message.</param>
    /// <param name="time">The clock of reconnections.</param>
    /// <exception cref="StorageException">InvalidName when the text is no connection string.</exception>
    public PostgresHeadStore(string connection, TimeProvider time)
    {
        _time = time;
        try
        {
            NpgsqlConnectionStringBuilder settings = new(connection) { ApplicationName = "fireproof-endpoint", IncludeErrorDetail = false };
            if (settings.MaxAutoPrepare == 0)
                settings.MaxAutoPrepare = 32;
            _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        }
        catch (ArgumentException)
        {
            // The runtime's message would quote the text, and the password in it.
            throw new StorageException(StorageErrorKind.InvalidName, "open", "", "not a connection string of PostgreSQL (Host=…;Database=…;Username=…)");
        }
    }

    /// <inheritdoc/>
    public override string Provider => "PostgreSQL";

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string?> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        Channel<string?> heard = Channel.CreateUnbounded<string?>();
        Task listening = ListenAsync(heard.Writer, cancellation);
        while (await heard.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (heard.Reader.TryRead(out string? database))
                yield return database;
        }

        await listening;
    }

    private protected override async ValueTask<HeadSession> OpenAsync(CancellationToken cancellation) => new(await _source.OpenConnectionAsync(cancellation));

    private protected override ValueTask<HeadSession> RentAsync(CancellationToken cancellation) => OpenAsync(cancellation);

    private protected override ValueTask ReturnAsync(HeadSession session, bool isSound) => session.DisposeAsync();

    private protected override async ValueTask<string> CreateAsync(HeadSession session, CancellationToken cancellation)
    {
        await using DbTransaction transaction = await session.Connection.BeginTransactionAsync(cancellation);
        session.Transaction = transaction;

        // Endpoints that start together make the tables one after the other.
        _ = await session.Command("SELECT pg_advisory_xact_lock(7023417563)").ExecuteNonQueryAsync(cancellation);
        _ = await session.Command(
            """
            CREATE TABLE IF NOT EXISTS fireproof_store (log text NOT NULL, version bigint NOT NULL);
            CREATE TABLE IF NOT EXISTS fireproof_databases (name text PRIMARY KEY, sequence bigint NOT NULL, horizon bigint NOT NULL);
            CREATE TABLE IF NOT EXISTS fireproof_events (
                database text NOT NULL, cid bytea NOT NULL, parents bytea, data bytea, added bigint NOT NULL, removed bigint,
                PRIMARY KEY (database, cid));
            CREATE INDEX IF NOT EXISTS fireproof_heads ON fireproof_events (database, added) WHERE removed IS NULL;
            CREATE INDEX IF NOT EXISTS fireproof_removals ON fireproof_events (database, removed) WHERE removed IS NOT NULL;
            """).ExecuteNonQueryAsync(cancellation);
        string log;
        long version;
        await using (DbDataReader row = await session.Command(HeadTables.ReadLog).ExecuteReaderAsync(cancellation))
            (log, version) = await row.ReadAsync(cancellation) ? (row.GetString(0), row.GetInt64(1)) : ("", HeadTables.Version);
        if (version != HeadTables.Version)
            throw new StorageException(StorageErrorKind.Unsupported, "open", "", $"the tables were made by another version ({version}) of the endpoint");
        if (log.Length == 0)
        {
            log = RandomNumberGenerator.GetHexString(12, lowercase: true);
            _ = await session.Command("INSERT INTO fireproof_store (log, version) VALUES (@l, @v)", ("@l", log), ("@v", (long)HeadTables.Version)).ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        session.Transaction = null;
        return log;
    }

    private protected override async ValueTask TellAsync(HeadSession session, IEnumerable<string> databases, CancellationToken cancellation)
    {
        foreach (string database in databases)
            _ = await session.Command("SELECT pg_notify('" + ChannelName + "', @d)", ("@d", database)).ExecuteNonQueryAsync(cancellation);
    }

    private protected override bool IsWorthAnotherTry(Exception failure) => failure is NpgsqlException { IsTransient: true } or PostgresException { SqlState: "40001" or "40P01" };

    private protected override StorageException Map(DbException failure, string operation)
    {
        string state = (failure as PostgresException)?.SqlState ?? "";
        (StorageErrorKind kind, string reason) = state switch
        {
            ['2', '8', ..] => (StorageErrorKind.NotAuthorized, "the database refuses the user or the password"),
            "3D000" => (StorageErrorKind.MissingContainer, "there is no such database"),
            "42501" => (StorageErrorKind.NotAuthorized, "the user may not use the tables, or make them"),
            "53100" => (StorageErrorKind.NoSpace, "the disk of the database is full"),
            "53300" => (StorageErrorKind.Throttled, "the database has no connection left"),
            ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['0', '8', ..] or ['4', '0', ..] => (StorageErrorKind.Transient, "the database does not serve now"),
            "" => (StorageErrorKind.Transient, "the database cannot be reached, or the connection to it broke"),
            "25006" => (StorageErrorKind.Transient, "the database takes no writes: another server may have taken over"),
            _ => (StorageErrorKind.Permanent, "the database refused"),
        };
        return new StorageException(kind, operation, "", $"{reason}{(state.Length > 0 ? $" (SQLSTATE {state})" : "")}", failure);
    }

    private protected override ValueTask CloseAsync() => _source.DisposeAsync();

    // Whatever was missed while nobody listened is found by looking at all, once the connection is there again.
    private async Task ListenAsync(ChannelWriter<string?> heard, CancellationToken cancellation)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellation);
                connection.Notification += (_, notice) => heard.TryWrite(notice.Payload);
                await using (NpgsqlCommand listen = new("LISTEN " + ChannelName, connection))
                    _ = await listen.ExecuteNonQueryAsync(cancellation);
                _ = heard.TryWrite(null);
                pause = TimeSpan.FromMilliseconds(100);
                while (true)
                {
                    // A connection that died without a word is found out by asking.
                    if (await connection.WaitAsync(_alive, cancellation))
                        continue;
                    await using NpgsqlCommand ask = new("SELECT 1", connection);
                    _ = await ask.ExecuteNonQueryAsync(cancellation);
                }
            }
            catch (Exception failure) when (failure is DbException or OperationCanceledException or InvalidOperationException or TimeoutException)
            {
                if (cancellation.IsCancellationRequested)
                    break;
                await Task.Delay(pause, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _longestPause.Ticks));
            }
        }

        heard.Complete();
    }
}
