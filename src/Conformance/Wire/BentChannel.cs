using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Wire;

/// <summary>Heads whose channel is bent on the client's side. Readings and publications pass.</summary>
/// <param name="heads">The heads. They stay open.</param>
/// <param name="bend">What becomes of the channel.</param>
internal sealed class BentChannel(
    IMetadataGateway heads, Func<IAsyncEnumerable<MetaReading>, CancellationToken, IAsyncEnumerable<MetaReading>> bend) : MetadataGatewayWrapper(heads, leaveOpen: true)
{
    private const int Kept = 8;

    /// <summary>A channel that stays open and tells of nothing.</summary>
    public static BentChannel Silent(IMetadataGateway heads) => new(heads, static (_, cancellation) => NothingAsync(cancellation));

    /// <summary>A channel whose messages come late, come twice, and come again after younger ones.</summary>
    public static BentChannel Untidy(IMetadataGateway heads, Dice dice, TimeProvider time) =>
        new(heads, (messages, cancellation) => UntidilyAsync(messages, dice, time, cancellation));

    /// <inheritdoc/>
    public override IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => bend(Inner.SubscribeAsync(cancellation), cancellation);

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        proceed(cancellation);

    private static async IAsyncEnumerable<MetaReading> NothingAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        yield break;
    }

    private static async IAsyncEnumerable<MetaReading> UntidilyAsync(
        IAsyncEnumerable<MetaReading> messages, Dice dice, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<MetaReading> former = [];
        await foreach (MetaReading message in messages.WithCancellation(cancellation))
        {
            if (dice.OneIn(3))
                await Task.Delay(TimeSpan.FromMilliseconds(1 + dice.Below(5)), time, cancellation);
            if (dice.OneIn(3) && former.Count > 0)
                yield return former[dice.Below(former.Count)];
            yield return message;
            if (dice.OneIn(3))
                yield return message;
            former.Add(message);
            if (dice.OneIn(2))
                yield return former[dice.Below(former.Count)];
            if (former.Count > Kept)
                former.RemoveAt(0);
        }
    }
}
