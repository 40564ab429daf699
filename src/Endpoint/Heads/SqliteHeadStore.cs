using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using FireproofBench.Endpoint.Heads.Sql;
using FireproofBench.Engine.Ports;
using Microsoft.Data.Sqlite;

namespace FireproofBench.Endpoint.Heads;

/// <summary>Heads in an SQLite file on a disk of this machine.</summary>
/// <remarks>
/// Every acknowledged publication is on the medium (write-ahead log, <c>synchronous=FULL</c>); those that wait together share one wait for it. Several endpoints of
/// one machine may have the file open: they keep each other out while they write, see each other's writes at once, and find them for their own subscribers
/// within <see cref="WatchPause"/>. A file on a network file system is not safe with several of them.
/// </remarks>
public sealed class SqliteHeadStore : SqlHeadStore
{
    /// <summary>How often the file is looked at for changes of other endpoints: 25 milliseconds.</summary>
    public static readonly TimeSpan WatchPause = TimeSpan.FromMilliseconds(25);

    private const string Settings = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";

    private readonly ConcurrentBag<HeadSession> _readers = [];
    private readonly string _path;
    private readonly string _connection;
    private readonly TimeProvider _time;

    /// <summary>A file, made when it is not there. Nothing is opened before <see cref="IHeadStore.StartAsync"/>.</summary>
    /// <param name="path">Path of the file; its folder must be there.</param>
    /// <param name="time">The clock of the watch.</param>
    public SqliteHeadStore(string path, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _time = time;
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString();
    }

    /// <inheritdoc/>
    public override string Provider => "SQLite";

    /// <summary>Longest file, in bytes, without its log of writes; a publication that it has no room for fails as NoSpace. Null for what the disk holds.</summary>
    public long? MaxFileLength { get; init; }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string?> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // The number of a connection rises with the commits of all others: asked on the one that this store publishes through, with those of other endpoints only.
        (HeadSession? Session, long Version) seen = (null, 0);
        while (!cancellation.IsCancellationRequested)
        {
            (HeadSession? Session, long Version) now = seen;
            try
            {
                now = await LookAsync(
                    async session => (session, Convert.ToInt64(await session.Command("PRAGMA data_version").ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture)), cancellation);
            }
            catch (SqliteException)
            {
                // Whoever reads or writes is told. The watch goes on when the file is there again.
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            if (now != seen && seen.Session is not null)
                yield return null;
            seen = now;
            await Task.Delay(WatchPause, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private protected override async ValueTask<HeadSession> OpenAsync(CancellationToken cancellation)
    {
        SqliteConnection connection = new(_connection);
        try
        {
            await connection.OpenAsync(cancellation);
            await using SqliteCommand setting = connection.CreateCommand();
            setting.CommandText = Settings;
            _ = await setting.ExecuteNonQueryAsync(cancellation);
            if (MaxFileLength is { } length)
                await LimitAsync(connection, length, cancellation);
            return new HeadSession(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Each connection has a limit of its own, in pages.
    private static async ValueTask LimitAsync(SqliteConnection connection, long length, CancellationToken cancellation)
    {
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_size";
        long page = Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
#pragma warning disable CA2100 // A number.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {Math.Max(1, length / page)}");
#pragma warning restore CA2100
        _ = await command.ExecuteNonQueryAsync(cancellation);
    }

    private protected override ValueTask<HeadSession> RentAsync(CancellationToken cancellation) =>
        _readers.TryTake(out HeadSession? session) ? new ValueTask<HeadSession>(session) : OpenAsync(cancellation);

    private protected override async ValueTask ReturnAsync(HeadSession session, bool isSound)
    {
        if (isSound)
            _readers.Add(session);
        else
            await session.DisposeAsync();
    }

    private protected override async ValueTask<string> CreateAsync(HeadSession session, CancellationToken cancellation)
    {
        await using DbTransaction transaction = await session.Connection.BeginTransactionAsync(cancellation);
        session.Transaction = transaction;
        _ = await session.Command(
            """
            CREATE TABLE IF NOT EXISTS fireproof_store (log TEXT NOT NULL, version INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS fireproof_databases (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, horizon INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS fireproof_events (
                database TEXT NOT NULL, cid BLOB NOT NULL, parents BLOB, data BLOB, added INTEGER NOT NULL, removed INTEGER,
                PRIMARY KEY (database, cid)) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS fireproof_heads ON fireproof_events (database, added) WHERE removed IS NULL;
            CREATE INDEX IF NOT EXISTS fireproof_removals ON fireproof_events (database, removed) WHERE removed IS NOT NULL;
            """).ExecuteNonQueryAsync(cancellation);
        string log;
        long version;
        await using (DbDataReader row = await session.Command(HeadTables.ReadLog).ExecuteReaderAsync(cancellation))
            (log, version) = await row.ReadAsync(cancellation) ? (row.GetString(0), row.GetInt64(1)) : ("", HeadTables.Version);
        if (version != HeadTables.Version)
            throw new StorageException(StorageErrorKind.Unsupported, "open", _path, $"the file was made by another version ({version}) of the endpoint");
        if (log.Length == 0)
        {
            log = RandomNumberGenerator.GetHexString(12, lowercase: true);
            _ = await session.Command("INSERT INTO fireproof_store (log, version) VALUES (@l, @v)", ("@l", log), ("@v", (long)HeadTables.Version)).ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        session.Transaction = null;
        return log;
    }

    private protected override bool IsWorthAnotherTry(Exception failure) => false;

    private protected override StorageException Map(DbException failure, string operation)
    {
        int code = (failure as SqliteException)?.SqliteErrorCode ?? 0;
        (StorageErrorKind kind, string reason) = code switch
        {
            5 or 6 => (StorageErrorKind.Transient, "somebody else held the file for too long"),
            8 or 3 or 23 => (StorageErrorKind.Permanent, "the file cannot be written: check its owner and permissions"),
            11 or 26 => (StorageErrorKind.Corrupt, "the file is no sound SQLite database: take it from a copy"),
            13 => (StorageErrorKind.NoSpace, "the disk or a quota is full"),
            14 => (StorageErrorKind.MissingContainer, "the file cannot be opened: check that its folder is there, and its permissions"),
            10 => (StorageErrorKind.Transient, "the disk failed to read or write"),
            _ => (StorageErrorKind.Permanent, "SQLite refused"),
        };
        return new StorageException(kind, operation, _path, $"{reason} ({failure.Message})", failure);
    }

    private protected override async ValueTask CloseAsync()
    {
        while (_readers.TryTake(out HeadSession? session))
            await session.DisposeAsync();
    }
}
