using System.Globalization;
using FireproofBench.Engine.Ports;
using Microsoft.Data.Sqlite;

namespace FireproofBench.SqliteGateway;

/// <summary>Objects as rows of an SQLite file, which several processes of one machine may have open.</summary>
public sealed class SqliteDataGateway : IDataGateway
{
    private const string Columns = "length(content), id, written";

    private readonly SqliteFile _file;
    private readonly TimeProvider _time;

    /// <summary>The objects in a file. Nothing is opened yet.</summary>
    /// <param name="path">Path of the file; its folder must be there.</param>
    /// <param name="create">Whether to make the file where it is not there; else every call fails as MissingContainer.</param>
    /// <param name="time">The clock that says when an object was written; null for the system's.</param>
    public SqliteDataGateway(string path, bool create = true, TimeProvider? time = null)
    {
        _file = new SqliteFile(path, create);
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public DataTraits Traits { get; } = new()
    {
        Provider = "SQLite",
        ConditionalCreate = true,
        ConditionalReplace = true,
        ConditionalDelete = true,
        OrderedListing = true,
        StronglyConsistent = true,
        MaxObjectLength = ObjectContent.MaxLength,
        MaxKeyLength = ObjectKeys.MaxLength,
    };

    /// <inheritdoc/>
    public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        byte[] name = ObjectKeys.ToBytes(key, "put");
        if (content.Length > Traits.MaxObjectLength)
            throw new StorageException(StorageErrorKind.Unsupported, "put", key, $"an object has at most {Traits.MaxObjectLength} bytes");
        return await _file.WriteAsync(
            "put",
            key,
            (connection, transaction) =>
            {
                if (condition != PutCondition.None)
                    CheckCondition(condition, VersionOf(name, connection, transaction), key);

                // The row that was there goes, and the new one has an id that no row had before.
                using SqliteCommand command = Command(
                    connection,
                    "INSERT OR REPLACE INTO objects (key, written, content) VALUES (@key, @written, @content) RETURNING id",
                    transaction,
                    ("@key", name),
                    ("@written", _time.GetUtcNow().ToUnixTimeMilliseconds()),
                    ("@content", content.ToArray()));
                return Text(command.ExecuteScalar());
            },
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        byte[] name = ObjectKeys.ToBytes(key, "get");
        return new ValueTask<ObjectContent?>(_file.Read(
            "get",
            key,
            connection =>
            {
                using SqliteCommand command = Command(
                    connection,
                    $"SELECT {Columns}, substr(content, @offset + 1, @length) FROM objects WHERE key = @key",
                    null,
                    ("@key", name),
                    ("@offset", range?.Offset ?? 0L),
                    ("@length", Math.Min(range?.Length ?? long.MaxValue, ObjectContent.MaxLength)));
                using SqliteDataReader row = command.ExecuteReader();
                if (!row.Read())
                    return null;

                // SQLite has no substring without bytes: it is NULL.
                return new ObjectContent(row.IsDBNull(3) ? ReadOnlyMemory<byte>.Empty : row.GetFieldValue<byte[]>(3), Describe(key, row));
            },
            cancellation));
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        byte[] name = ObjectKeys.ToBytes(key, "head");
        return new ValueTask<ObjectInfo?>(_file.Read(
            "head",
            key,
            connection =>
            {
                using SqliteCommand command = Command(connection, $"SELECT {Columns} FROM objects WHERE key = @key", null, ("@key", name));
                using SqliteDataReader row = command.ExecuteReader();
                return row.Read() ? Describe(key, row) : null;
            },
            cancellation));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        byte[] name = ObjectKeys.ToBytes(key, "delete");
        return await _file.WriteAsync(
            "delete",
            key,
            (connection, transaction) =>
            {
                if (version is not null && VersionOf(name, connection, transaction) != version)
                    throw new StorageException(StorageErrorKind.PreconditionFailed, "delete", key, "the object is another version, or not there");
                using SqliteCommand command = Command(connection, "DELETE FROM objects WHERE key = @key", transaction, ("@key", name));
                return command.ExecuteNonQuery() > 0;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        byte[] start = ObjectKeys.Encode(prefix, "list");
        return new ValueTask<ListPage>(_file.Read(
            "list",
            prefix,
            connection =>
            {
                // One row more than was asked for tells whether there is another page.
                using SqliteCommand command = Command(
                    connection,
                    $"SELECT {Columns}, key FROM objects WHERE key >= @start AND (@behind IS NULL OR key < @behind) AND (@after IS NULL OR key > @after) ORDER BY key LIMIT @limit + 1",
                    null,
                    ("@start", start),
                    ("@behind", ObjectKeys.Behind(start)),
                    ("@after", after is null ? null : ObjectKeys.Encode(after, "list")),
                    ("@limit", (long)limit));
                using SqliteDataReader row = command.ExecuteReader();
                List<ObjectInfo> found = [];
                while (found.Count < limit && row.Read())
                    found.Add(Describe(ObjectKeys.ToKey(row.GetFieldValue<byte[]>(3)), row));
                return new ListPage(found, found.Count == limit && row.Read() ? found[^1].Key : null);
            },
            cancellation));
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void CheckCondition(PutCondition condition, string? there, string key)
    {
        if (condition.IsIfAbsent && there is not null)
            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "the object exists");
        if (condition.Version is { } version && there != version)
            throw new StorageException(StorageErrorKind.PreconditionFailed, "put", key, "the object is another version, or not there");
    }

    private static string? VersionOf(byte[] key, SqliteConnection connection, SqliteTransaction transaction)
    {
        using SqliteCommand command = Command(connection, "SELECT id FROM objects WHERE key = @key", transaction, ("@key", key));
        return command.ExecuteScalar() is { } id ? Text(id) : null;
    }

    private static ObjectInfo Describe(string key, SqliteDataReader row) =>
        new(key, row.GetInt64(0), Text(row.GetInt64(1)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)));

    private static string Text(object? number) => Convert.ToString(number, CultureInfo.InvariantCulture)!;

    private static SqliteCommand Command(SqliteConnection connection, string sql, SqliteTransaction? transaction, params ReadOnlySpan<(string Name, object? Value)> values)
    {
#pragma warning disable CA2100 // Constants; what comes from outside is a parameter.
        SqliteCommand command = new(sql, connection, transaction);
#pragma warning restore CA2100
        foreach ((string name, object? value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
