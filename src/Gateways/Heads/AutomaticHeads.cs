using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Heads;

/// <summary>The heads of a database over a store of objects, in the form that suits the store: in one object where it compares and swaps, else each in an object of its own.</summary>
/// <remarks>The form is chosen with the first call, when the store's traits are complete, and stays. A store that cannot say fails that call, and the next one asks it again.</remarks>
public sealed class AutomaticHeads : IMetadataGateway, IForgetfulHeads
{
    private readonly IDataGateway _data;
    private readonly GatewayOptions _options;
    private readonly Func<CancellationToken, ValueTask>? _learn;
    private IMetadataGateway? _chosen;

    /// <summary>The heads of one database.</summary>
    /// <param name="data">The objects of the database. They stay open when this is disposed of.</param>
    /// <param name="options">Clock and randomness.</param>
    /// <param name="learn">Makes the traits of the objects complete; null where they are so from the start.</param>
    public AutomaticHeads(IDataGateway data, GatewayOptions options, Func<CancellationToken, ValueTask>? learn = null)
    {
        _data = data;
        _options = options;
        _learn = learn;
    }

    /// <summary>Those of the form, once it is chosen.</summary>
    public MetadataTraits Traits => Volatile.Read(ref _chosen)?.Traits ?? new MetadataTraits { Provider = _data.Traits.Provider };

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => await (await ChooseAsync(cancellation)).ReadAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) =>
        await (await ChooseAsync(cancellation)).PublishAsync(entry, superseded, cancellation);

    /// <summary>A store of objects tells of nothing: the stream is empty, and ends when it is cancelled.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in (await ChooseAsync(cancellation)).SubscribeAsync(cancellation))
            yield return reading;
    }

    /// <summary>Does nothing: the objects belong to whoever opened them.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void IForgetfulHeads.Clear() => (Volatile.Read(ref _chosen) as IForgetfulHeads)?.Clear();

    private async ValueTask<IMetadataGateway> ChooseAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _chosen) is { } chosen)
            return chosen;
        if (_learn is not null)
            await _learn(cancellation);
        IMetadataGateway made = _data.Traits is { ConditionalCreate: true, ConditionalReplace: true } ? new SingleObjectHeads(_data, _options) : new MultiObjectHeads(_data, _options);
        return Interlocked.CompareExchange(ref _chosen, made, null) ?? made;
    }
}
