using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FireproofBench.Endpoint.Push;

/// <summary>All subscriptions of this process: topics while somebody listens, told of what was published here and of what others publish.</summary>
internal sealed partial class HeadHub(IHeadStore heads, EndpointOptions options, ILogger<HeadHub> log) : BackgroundService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private int _subscribers;

    /// <summary>Cancelled when the endpoint closes: subscribers are told, and go.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>How many are subscribed now.</summary>
    public int Subscribers => Volatile.Read(ref _subscribers);

    /// <summary>Joins the subscribers of a database.</summary>
    /// <param name="database">The database.</param>
    /// <param name="isOneMore">False for a second database that an earlier subscription listens to as well.</param>
    /// <returns>The topic, which has a state; null when there are too many subscribers.</returns>
    public async ValueTask<Topic?> JoinAsync(string database, bool isOneMore = true)
    {
        Topic topic;
        lock (_lock)
        {
            if (isOneMore && _subscribers >= options.MaxSubscriptions)
                return null;
            _subscribers += isOneMore ? 1 : 0;
            if (!_topics.TryGetValue(database, out topic!))
                _topics.Add(database, topic = new Topic(database, heads));
            topic.Subscribers++;
        }

        try
        {
            if (topic.Frame is null)
                await BeginAsync(topic);
            return topic;
        }
        catch
        {
            Leave(topic, isOneMore);
            throw;
        }
    }

    /// <summary>Leaves.</summary>
    /// <param name="topic">What was joined.</param>
    /// <param name="isOneLess">As it was joined.</param>
    public void Leave(Topic topic, bool isOneLess = true)
    {
        lock (_lock)
        {
            _subscribers -= isOneLess ? 1 : 0;
            if (--topic.Subscribers == 0)
                _ = _topics.Remove(topic.Database);
        }
    }

    /// <summary>A database changed: its subscribers hear of it. Whoever tells does not wait for them.</summary>
    public void Tell(string database)
    {
        Topic? topic;
        lock (_lock)
            _ = _topics.TryGetValue(database, out topic);
        if (topic is not null)
            _ = Task.Run(() => RefreshAsync(topic));
    }

    /// <summary>Ends all subscriptions.</summary>
    public void Close() => _closing.Cancel();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _closing.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (string? database in heads.WatchAsync(stoppingToken))
        {
            if (database is not null)
            {
                Tell(database);
                continue;
            }

            Topic[] all;
            lock (_lock)
                all = [.. _topics.Values];
            foreach (Topic topic in all)
                await RefreshAsync(topic);
        }
    }

    // Somebody else may be reading for the first time, and fail.
    private static async ValueTask BeginAsync(Topic topic)
    {
        Signal signal = new();
        topic.Add(signal);
        try
        {
            while (topic.Frame is null)
            {
                await topic.RefreshAsync();
                if (topic.Frame is null)
                    await signal.WaitAsync();
            }
        }
        finally
        {
            topic.Remove(signal);
        }
    }

    // The publication stands whether the subscribers hear of it now or with the next change.
    private async Task RefreshAsync(Topic topic)
    {
        try
        {
            await topic.RefreshAsync();
        }
        catch (StorageException failure)
        {
            TellFailure(failure.Kind, failure.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Subscribers could not be told of a change: {Kind}, {Reason}")]
    private partial void TellFailure(StorageErrorKind kind, string reason);
}
