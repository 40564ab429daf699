using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Settling;

/// <summary>A store whose answers are waited for until they show what the clients of the check were told is done, at most for as long as the store may be late.</summary>
/// <param name="inner">The store; it stays open.</param>
/// <param name="writes">What the clients did.</param>
/// <param name="place">What stands before the keys of this store in those of the writes.</param>
internal sealed class SettledGateway(IDataGateway inner, SettledWrites writes, string place = "") : DataGatewayWrapper(inner, leaveOpen: true)
{
    public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        writes.ChangeAsync(place + key, () => Inner.PutAsync(key, content, condition, cancellation), static version => version);

    public override ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        writes.ChangeAsync(place + key, () => Inner.PutAsync(key, content, condition, cancellation), static version => version);

    public override ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) =>
        writes.SettledAsync(() => Inner.GetAsync(key, range, cancellation), answer => writes.LateWith(place + key, answer?.Info.Version), cancellation);

    public override ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) =>
        writes.SettledAsync(() => Inner.HeadAsync(key, cancellation), answer => writes.LateWith(place + key, answer?.Version), cancellation);

    public override ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) =>
        writes.ChangeAsync(place + key, () => Inner.DeleteAsync(key, version, cancellation), null);

    public override ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) => writes.SettledAsync(
        () => Inner.ListAsync(prefix, after, limit, cancellation),
        page => writes.LateWithPage(place + prefix, after is null ? null : place + after, place.Length == 0 ? page : Placed(page)),
        cancellation);

    private ListPage Placed(ListPage page) => new([.. page.Objects.Select(found => found with { Key = place + found.Key })], page.After is null ? null : place + page.After);
}
