using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>A data gateway over another one: every call goes through <see cref="CallAsync"/>, where one behaviour is added to all of them.</summary>
/// <param name="inner">The gateway below.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public abstract class DataGatewayWrapper(IDataGateway inner, bool leaveOpen = false) : IDataGateway
{
    /// <inheritdoc/>
    public virtual DataTraits Traits => Inner.Traits;

    /// <summary>The gateway below.</summary>
    protected IDataGateway Inner { get; } = inner;

    /// <inheritdoc/>
    public virtual ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.Put, key) { Condition = condition, Content = content, Length = content.Length },
        token => Inner.PutAsync(key, content, condition, token),
        cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.Put, key) { Condition = condition, Length = content.Length },
        token => Inner.PutAsync(key, content, condition, token),
        cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.Get, key) { Range = range },
        token => Inner.GetAsync(key, range, token),
        cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.Head, key),
        token => Inner.HeadAsync(key, token),
        cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.Delete, key) { Version = version },
        token => Inner.DeleteAsync(key, version, token),
        cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) => CallAsync(
        new DataCall(GatewayOperation.List, prefix) { After = after, Limit = limit },
        token => Inner.ListAsync(prefix, after, limit, token),
        cancellation);

    /// <summary>Closes the gateway below, unless it was to stay open.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return leaveOpen ? ValueTask.CompletedTask : Inner.DisposeAsync();
    }

    /// <summary>Makes a call below; here the behaviour is added.</summary>
    /// <typeparam name="T">What the call gives back.</typeparam>
    /// <param name="made">The call and its arguments.</param>
    /// <param name="proceed">Makes it; may be asked several times.</param>
    /// <param name="cancellation">Ends the call.</param>
    protected virtual ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) => proceed(cancellation);
}
