using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using Microsoft.Data.Sqlite;

namespace FireproofBench.SqliteGateway;

/// <summary>An SQLite file with the tables of the gateway: many readers beside one writer at a time, and what is committed is on the medium.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const string Settings = "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";

    // Keys are bytes, so that nothing between here and the file folds, trims or sorts them. Ids are never used again: they are the versions.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS objects (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, written INTEGER NOT NULL, content BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS changes (database TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS events (
            position INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, cid TEXT NOT NULL, parents TEXT, data BLOB, UNIQUE (database, cid));
        CREATE INDEX IF NOT EXISTS heads ON events (database, position) WHERE data IS NOT NULL;
        """;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _path;
    private readonly bool _create;
    private volatile bool _isReady;

    /// <summary>A file. Nothing is opened yet.</summary>
    /// <param name="path">Path of the file; its folder must be there.</param>
    /// <param name="create">Whether to make the file where it is not there.</param>
    public SqliteFile(string path, bool create)
    {
        _path = path;
        _create = create;
    }

    /// <summary>Reads by one statement, which sees the state of one moment.</summary>
    public T Read<T>(string operation, string key, Func<SqliteConnection, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            SqliteConnection connection = Rent();
            T result = work(connection);
            _idle.Add(connection);
            return result;
        }
        catch (SqliteException failure)
        {
            throw Map(failure, operation, key);
        }
    }

    /// <summary>Does all of it or nothing. Writers take turns; a caller who gives up while he waits has changed nothing.</summary>
    public async Task<T> WriteAsync<T>(string operation, string key, Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            long start = TimeProvider.System.GetTimestamp();
            while (true)
            {
                SqliteConnection connection = Rent();
                try
                {
                    // The lock of the file is taken before anything is read, so that conditions hold until the commit.
                    using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
                    T result = work(connection, transaction);
                    cancellation.ThrowIfCancellationRequested();
                    transaction.Commit();
                    return result;
                }
                catch (SqliteException busy) when (busy.SqliteErrorCode == 5 && TimeProvider.System.GetElapsedTime(start) < _patience)
                {
                    await Task.Delay(10, cancellation);
                }
                finally
                {
                    _idle.Add(connection);
                }
            }
        }
        catch (SqliteException failure)
        {
            throw Map(failure, operation, key);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out SqliteConnection? connection))
            connection.Dispose();
        _writing.Dispose();
    }

    private SqliteConnection Rent()
    {
        if (_idle.TryTake(out SqliteConnection? idle))
            return idle;
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = _create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand setting = connection.CreateCommand();
            setting.CommandText = Settings;
            setting.ExecuteNonQuery();
            if (_create && !_isReady)
            {
                setting.CommandText = Tables;
                setting.ExecuteNonQuery();
                _isReady = true;
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private StorageException Map(SqliteException failure, string operation, string key)
    {
        (StorageErrorKind kind, string reason) = failure.SqliteErrorCode switch
        {
            5 or 6 => (StorageErrorKind.Transient, "somebody else held the file for too long; nothing was changed"),
            10 => (StorageErrorKind.Transient, "the disk failed to read or write"),
            11 or 26 => (StorageErrorKind.Corrupt, "the file is no sound SQLite database: take it from a copy"),
            13 => (StorageErrorKind.NoSpace, "the disk is full"),
            14 => (StorageErrorKind.MissingContainer, "the file is not there, or may not be opened"),
            3 or 8 or 23 => (StorageErrorKind.NotAuthorized, "the file may not be written"),
            _ => (StorageErrorKind.Permanent, "SQLite refused"),
        };
        return new StorageException(kind, operation, key.Length > 0 ? key : _path, $"{reason} ({failure.Message})", failure);
    }
}
