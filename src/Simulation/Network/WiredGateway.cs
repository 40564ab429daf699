using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Layout;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Simulation.Network;

/// <summary>Objects at the other end of a network.</summary>
/// <param name="store">The store; it stays open.</param>
/// <param name="wire">The network.</param>
internal sealed class WiredGateway(IDataGateway store, Wire wire) : DataGatewayWrapper(store, leaveOpen: true)
{
    /// <inheritdoc/>
    public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        wire.Secrets?.Look(wire.Label, key, content.Span);

        // What arrives after its sender gave up was copied when it was sent; else the sender's bytes have to stay as they are until the answer comes.
        ReadOnlyMemory<byte> sent = wire.OutlivesClients ? content.ToArray() : content;
        int heads = key.LastIndexOf(HeadKeys.Folder, StringComparison.Ordinal);
        return heads < 0 || !(key.AsSpan(heads).SequenceEqual(HeadKeys.Main) || HeadKeys.TryParse(key[heads..], out _))
            ? base.PutAsync(key, sent, condition, cancellation)
            : wire.SendAsync(
                Word(GatewayOperation.Put), key, changes: true, token => Inner.PutAsync(key, sent, condition, token), cancellation, () => wire.LookForFilesAsync(key[..heads], MetaFile.Read(sent.Span)));
    }

    /// <inheritdoc/>
    public override async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        ObjectContent? found = await base.GetAsync(key, range, cancellation);
        return found is null || range is not null || !IsFile(key) ? found : found with { Bytes = wire.Arrived(key, found.Bytes) };
    }

    // Heads that are objects are no files: nothing about them is named by its content.
    private static bool IsFile(string key) => key.Contains("data/", StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        wire.SendAsync(
            Word(made.Operation), made.Key, made.Changes, proceed, cancellation,
            made.Operation == GatewayOperation.Delete && IsFile(made.Key) ? () => wire.LookForHeadsAsync(made.Key) : null);

    private static string Word(GatewayOperation operation) => operation switch
    {
        GatewayOperation.Put => "put",
        GatewayOperation.Get => "get",
        GatewayOperation.Head => "head",
        GatewayOperation.Delete => "delete",
        _ => "list",
    };
}
