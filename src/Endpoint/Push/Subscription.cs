using FireproofBench.Endpoint.Heads;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Push;

/// <summary>One subscriber: what it was sent last, and what it gets next. Changes that come while it takes a message become one.</summary>
internal sealed class Subscription : IDisposable
{
    private readonly Topic _topic;
    private readonly IHeadStore _heads;
    private readonly Signal _signal = new();
    private readonly CancellationTokenRegistration _ending;
    private readonly CancellationToken _end;
    private HeadCursor? _sent;

    /// <summary>A subscriber.</summary>
    /// <param name="topic">What it hears of.</param>
    /// <param name="heads">Where the heads are.</param>
    /// <param name="end">When it ends.</param>
    public Subscription(Topic topic, IHeadStore heads, CancellationToken end)
    {
        _topic = topic;
        _heads = heads;
        _end = end;
        topic.Add(_signal);
        _ending = end.UnsafeRegister(static signal => ((Signal)signal!).Set(), _signal);
    }

    /// <summary>Something else is to be looked at: the next wait ends without a message.</summary>
    public void Wake() => _signal.Set();

    /// <summary>The first message: what changed since the moment that the subscriber knows, or all heads.</summary>
    /// <param name="since">The moment, as the subscriber gives it; null or empty for none.</param>
    public async ValueTask<PushMessage> BeginAsync(string? since)
    {
        PushMessage first = await FirstAsync(since);
        _sent = first.Cursor;
        return first;
    }

    /// <summary>Waits for the next message.</summary>
    /// <returns>Null when it was woken without one.</returns>
    /// <exception cref="OperationCanceledException">The subscription ends.</exception>
    public async ValueTask<PushMessage?> NextAsync()
    {
        if (Take() is { } ready)
            return ready;
        await _signal.WaitAsync();
        _end.ThrowIfCancellationRequested();
        return Take();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Dispose();
        _topic.Remove(_signal);
    }

    private PushMessage? Take()
    {
        if (_topic.Frame is not { } frame || !IsNews(frame.State.Cursor))
            return null;
        PushMessage message = frame.MessageFor(_sent);
        _sent = message.Cursor;
        return message;
    }

    private bool IsNews(HeadCursor cursor) => _sent is not { } sent || sent.Log != cursor.Log || sent.Sequence < cursor.Sequence;

    private async ValueTask<PushMessage> FirstAsync(string? since)
    {
        if (string.IsNullOrEmpty(since))
            return PushMessage.Of(_topic.Frame!.State);
        if (!HeadCursor.TryParse(since, out HeadCursor cursor))
            throw new StorageException(StorageErrorKind.InvalidName, "subscribe", "", "'since' is no cursor that an endpoint gave");
        if (await _heads.ReadSinceAsync(_topic.Database, cursor, _end) is not { } delta)
            return PushMessage.Of(await _heads.ReadAsync(_topic.Database, _end));
        return delta.Cursor == cursor ? PushMessage.Of(cursor) : PushMessage.Of(cursor, delta);
    }
}
