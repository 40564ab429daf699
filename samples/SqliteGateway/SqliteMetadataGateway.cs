using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using Microsoft.Data.Sqlite;

namespace FireproofBench.SqliteGateway;

/// <summary>The heads of one database as rows of an SQLite file, which may hold those of many. There is no push: devices look again.</summary>
/// <remarks>An event that was superseded stays as a row without data, so that a publication that comes late or twice cannot bring it back.</remarks>
public sealed class SqliteMetadataGateway : IMetadataGateway
{
    private readonly SqliteFile _file;
    private readonly string _database;

    /// <summary>The heads of a database. Nothing is opened yet.</summary>
    /// <param name="path">Path of the file; its folder must be there.</param>
    /// <param name="database">The name of the database.</param>
    public SqliteMetadataGateway(string path, string database)
    {
        _file = new SqliteFile(path, create: true);
        _database = database;
    }

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = new() { Provider = "SQLite" };

    /// <inheritdoc/>
    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => new(_file.Read(
        "read heads",
        _database,
        connection =>
        {
            // One statement, so that entries and number are of one moment.
            using SqliteCommand command = new(
                """
                SELECT c.number, e.parents, e.data FROM changes c LEFT JOIN events e ON e.database = c.database AND e.data IS NOT NULL
                WHERE c.database = @database ORDER BY e.position
                """,
                connection);
            command.Parameters.AddWithValue("@database", _database);
            using SqliteDataReader row = command.ExecuteReader();
            long number = 0;
            ImmutableArray<MetaEntry>.Builder entries = ImmutableArray.CreateBuilder<MetaEntry>();
            while (row.Read())
            {
                number = row.GetInt64(0);
                if (!row.IsDBNull(2))
                    entries.Add(EntryOf(row.GetString(1), row.GetFieldValue<byte[]>(2)));
            }

            return new MetaReading(entries.ToImmutable(), number.ToString(CultureInfo.InvariantCulture));
        },
        cancellation));

    /// <inheritdoc/>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) => await _file.WriteAsync(
        "publish",
        _database,
        (connection, transaction) =>
        {
            using SqliteCommand add = new(
                "INSERT INTO events (database, cid, parents, data) VALUES (@database, @cid, @parents, @data) ON CONFLICT DO NOTHING", connection, transaction);
            add.Parameters.AddWithValue("@database", _database);
            add.Parameters.AddWithValue("@cid", entry.Cid.ToString());
            add.Parameters.AddWithValue("@parents", string.Join(' ', entry.Parents));
            add.Parameters.AddWithValue("@data", entry.Data.ToArray());
            int changed = add.ExecuteNonQuery();

            using SqliteCommand drop = new(
                "INSERT INTO events (database, cid) VALUES (@database, @cid) ON CONFLICT DO UPDATE SET data = NULL, parents = NULL WHERE data IS NOT NULL", connection, transaction);
            drop.Parameters.AddWithValue("@database", _database);
            SqliteParameter parent = drop.Parameters.Add("@cid", SqliteType.Text);
            foreach (Cid old in superseded.Where(old => old != entry.Cid))
            {
                parent.Value = old.ToString();
                changed += drop.ExecuteNonQuery();
            }

            return changed > 0 && Count(connection, transaction);
        },
        cancellation);

    /// <summary>Yields nothing, as there is no push, and ends when it is told to.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        yield break;
    }

    /// <summary>Removes all heads of the database, and what is remembered of former ones.</summary>
    public async ValueTask ClearAsync(CancellationToken cancellation) => await _file.WriteAsync(
        "remove heads",
        _database,
        (connection, transaction) =>
        {
            using SqliteCommand command = new("DELETE FROM events WHERE database = @database", connection, transaction);
            command.Parameters.AddWithValue("@database", _database);
            return command.ExecuteNonQuery() > 0 && Count(connection, transaction);
        },
        cancellation);

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Count(SqliteConnection connection, SqliteTransaction transaction)
    {
        using SqliteCommand command = new(
            "INSERT INTO changes (database, number) VALUES (@database, 1) ON CONFLICT DO UPDATE SET number = number + 1", connection, transaction);
        command.Parameters.AddWithValue("@database", _database);
        return command.ExecuteNonQuery() > 0;
    }

    private MetaEntry EntryOf(string parents, byte[] data)
    {
        ImmutableArray<Cid>.Builder follows = ImmutableArray.CreateBuilder<Cid>();
        foreach (string text in parents.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Cid.TryParse(text, out Cid parent))
                throw new StorageException(StorageErrorKind.Corrupt, "read heads", _database, $"'{text}' among the parents of a head is no content id");
            follows.Add(parent);
        }

        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), follows.ToImmutable(), data);
    }
}
