using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Heads.Sql;

/// <summary>What the stores on a relational database share: readings that ask for one number when nothing changed, and publications that wait together.</summary>
public abstract class SqlHeadStore : IHeadStore
{
    private const int MaxBatch = 256;
    private const int MaxWaiting = 4096;
    private const int MaxRemembered = 10_000;

    private readonly Channel<Publishing> _waiting = Channel.CreateBounded<Publishing>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<string, HeadState> _states = new(StringComparer.Ordinal);

    [SuppressMessage("Usage", "CA2213", Justification = "Who watches may wait for it while the store closes; it holds nothing of the system.")]
    private readonly SemaphoreSlim _writing = new(1);

    private HeadSession? _writer;
    private bool _isClosed;
    private HeadState? _never;
    private string? _log;
    private Task? _publisher;

    private protected SqlHeadStore()
    {
    }

    /// <inheritdoc/>
    public abstract string Provider { get; }

    /// <summary>How many changes of a database are remembered at least, for subscribers that come back and for publications that come twice. 100,000.</summary>
    public int History { get; init; } = 100_000;

    private string Log => _log ?? throw new InvalidOperationException("The store was not started.");

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellation)
    {
        _log = await GuardAsync("open", async () =>
        {
            await using HeadSession session = await OpenAsync(cancellation);
            return await CreateAsync(session, cancellation);
        });
        _never = new HeadState(new HeadCursor(_log, 0), []);
        _publisher = Task.Run(PublishAllAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellation) =>
        _ = await ReadRowsAsync("check", HeadTables.ReadLog, static (rows, token) => new ValueTask<bool>(rows.ReadAsync(token)), cancellation);

    /// <inheritdoc/>
    public async ValueTask<HeadState> ReadAsync(string database, CancellationToken cancellation)
    {
        // Another endpoint may share the tables: the number is asked for each time, the heads only when it is another.
        if (_states.TryGetValue(database, out HeadState? known))
        {
            long sequence = await ReadRowsAsync(
                "read heads",
                HeadTables.ReadSequence,
                static async (rows, token) => await rows.ReadAsync(token) ? rows.GetInt64(0) : 0,
                cancellation,
                ("@d", database));
            if (known.Cursor.Sequence == sequence)
                return known;
        }

        (long Sequence, ImmutableArray<MetaEntry> Entries)? read = await ReadRowsAsync(
            "read heads", HeadTables.ReadHeads, static (rows, token) => HeadRows.ReadAsync(rows, token), cancellation, ("@d", database));
        return read is { } found ? Remember(database, new HeadState(new HeadCursor(Log, found.Sequence), found.Entries)) : _never!;
    }

    /// <inheritdoc/>
    public async ValueTask<HeadDelta?> ReadSinceAsync(string database, HeadCursor since, CancellationToken cancellation)
    {
        if (since.Log != Log)
            return null;
        return await ReadRowsAsync(
            "read heads", HeadTables.ReadSince, (rows, token) => HeadRows.ReadAsync(rows, since, token), cancellation, ("@d", database), ("@n", since.Sequence));
    }

    /// <inheritdoc/>
    public ValueTask<HeadCursor> PublishAsync(string database, MetaEntry entry, IReadOnlyCollection<Cid> superseded, int maxHeads, CancellationToken cancellation) =>
        EnqueueAsync(new Publishing(database, entry, superseded, maxHeads), cancellation);

    /// <inheritdoc/>
    public async ValueTask ClearAsync(string database, CancellationToken cancellation) =>
        _ = await EnqueueAsync(new Publishing(database, null, [], 0), cancellation);

    /// <inheritdoc/>
    public abstract IAsyncEnumerable<string?> WatchAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ = _waiting.Writer.TryComplete();
        if (_publisher is not null)
            await _publisher;
        await _writing.WaitAsync();
        _isClosed = true;
        if (_writer is not null)
            await _writer.DisposeAsync();
        _writer = null;
        _ = _writing.Release();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a session.</summary>
    private protected abstract ValueTask<HeadSession> OpenAsync(CancellationToken cancellation);

    /// <summary>Takes a session for a reading, and gives it back in <see cref="ReturnAsync"/>.</summary>
    private protected abstract ValueTask<HeadSession> RentAsync(CancellationToken cancellation);

    /// <summary>Takes back a session after a reading.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isSound">Whether the reading went well.</param>
    private protected abstract ValueTask ReturnAsync(HeadSession session, bool isSound);

    /// <summary>Makes the tables where they are missing.</summary>
    /// <returns>The random name of the store.</returns>
    private protected abstract ValueTask<string> CreateAsync(HeadSession session, CancellationToken cancellation);

    /// <summary>Tells other endpoints, within the transaction, which databases change.</summary>
    private protected virtual ValueTask TellAsync(HeadSession session, IEnumerable<string> databases, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Whether a batch that failed so may go through at once on a new session.</summary>
    private protected abstract bool IsWorthAnotherTry(Exception failure);

    /// <summary>What a failure of the database means.</summary>
    private protected abstract StorageException Map(DbException failure, string operation);

    /// <summary>Looks at the session that all publications of this store go through, between two of them.</summary>
    /// <exception cref="OperationCanceledException">The caller wanted it, or the store is closed.</exception>
    private protected async ValueTask<T> LookAsync<T>(Func<HeadSession, ValueTask<T>> look, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            if (_isClosed)
                throw new OperationCanceledException("The store is closed.");
            return await look(_writer ??= await OpenAsync(cancellation));
        }
        finally
        {
            _ = _writing.Release();
        }
    }

    /// <summary>Closes what is open.</summary>
    private protected abstract ValueTask CloseAsync();

    private async ValueTask<HeadCursor> EnqueueAsync(Publishing publishing, CancellationToken cancellation)
    {
        try
        {
            await _waiting.Writer.WriteAsync(publishing, cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new StorageException(StorageErrorKind.Transient, "publish", publishing.Database, "the endpoint is closing");
        }

        return await publishing.Done.WaitAsync(cancellation);
    }

    private async ValueTask<T> ReadRowsAsync<T>(
        string operation,
        string sql,
        Func<DbDataReader, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellation,
        params (string Name, object Value)[] parameters) => await GuardAsync(operation, async () =>
    {
        HeadSession session = await RentAsync(cancellation);
        bool isSound = false;
        try
        {
            T result;
            await using (DbDataReader rows = await session.Command(sql, parameters).ExecuteReaderAsync(cancellation))
                result = await read(rows, cancellation);
            isSound = true;
            return result;
        }
        finally
        {
            await ReturnAsync(session, isSound);
        }
    });

    private async Task PublishAllAsync()
    {
        List<Publishing> batch = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out Publishing? next))
                batch.Add(next);
            await _writing.WaitAsync();
            try
            {
                _writer = await PublishAsync(_writer, batch);
            }
            finally
            {
                _ = _writing.Release();
            }

            batch.Clear();
        }
    }

    // A publication is the same done twice as once: what failed may be tried again on a new connection.
    private async ValueTask<HeadSession?> PublishAsync(HeadSession? session, List<Publishing> batch)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                session ??= await OpenAsync(CancellationToken.None);
                await CommitAsync(session, batch);
                foreach (Publishing done in batch)
                    done.Conclude();
                return session;
            }
            catch (Exception failure)
            {
                if (session is not null)
                    await CloseQuietlyAsync(session);
                session = null;
                if (attempt < 3 && IsWorthAnotherTry(failure))
                    continue;
                foreach (Publishing failed in batch)
                    failed.Fail(ToStorage(failure, failed));
                return null;
            }
        }
    }

    private async ValueTask CommitAsync(HeadSession session, List<Publishing> batch)
    {
        foreach (Publishing publishing in batch)
            publishing.Refusal = null;
        await using DbTransaction transaction = await session.Connection.BeginTransactionAsync();
        session.Transaction = transaction;
        PublicationBatch changes = new(session, Log, History);
        await changes.ApplyAsync(batch, CancellationToken.None);
        await TellAsync(session, changes.Changes.Select(static change => change.Database), CancellationToken.None);
        await transaction.CommitAsync();
        session.Transaction = null;
        foreach ((string database, long before, Func<HeadState, HeadState> apply) in changes.Changes)
        {
            if (_states.TryGetValue(database, out HeadState? known) && known.Cursor.Sequence == before)
                _ = Remember(database, apply(known));
        }
    }

    private StorageException ToStorage(Exception failure, Publishing publishing) => failure switch
    {
        StorageException storage => storage,
        DbException database => Map(database, "publish"),
        _ => new StorageException(StorageErrorKind.Transient, "publish", publishing.Database, "the store of heads failed", failure),
    };

    private static async ValueTask CloseQuietlyAsync(HeadSession session)
    {
        try
        {
            await session.DisposeAsync();
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException)
        {
            // It failed before: what it says now adds nothing.
        }
    }

    private async ValueTask<T> GuardAsync<T>(string operation, Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (DbException failure)
        {
            throw Map(failure, operation);
        }
    }

    // Never an older state in place of a newer one.
    private HeadState Remember(string database, HeadState state)
    {
        if (_states.Count >= MaxRemembered)
            _states.Clear();
        return _states.AddOrUpdate(
            database, static (_, now) => now, static (_, known, now) => known.Cursor.Sequence >= now.Cursor.Sequence ? known : now, state);
    }
}
