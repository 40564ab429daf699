using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Devices;

namespace FireproofBench.Simulation.Network;

/// <summary>Heads at the other end of a network, with the messages that tell of changes.</summary>
/// <param name="heads">The heads; closed with this.</param>
/// <param name="wire">The network.</param>
internal sealed class WiredHeads(IMetadataGateway heads, Wire wire) : MetadataGatewayWrapper(heads)
{
    private bool _isClosed;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        Mailbox box = new();
        using CancellationTokenSource unsubscribed = new();
        CancellationToken end = unsubscribed.Token;
        Action broken = () =>
        {
            unsubscribed.Cancel();
            box.Close();
        };
        wire.Keep(broken);
        _ = wire.World.Start(() => TellAsync(box, end));
        try
        {
            while (await box.TakeAsync(cancellation) is { } reading)
                yield return reading;
        }
        finally
        {
            wire.Release(broken);
            unsubscribed.Cancel();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _isClosed = true;
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        if (operation != GatewayOperation.Publish)
            return wire.SendAsync("read heads", "", changes: false, proceed, cancellation);
        wire.Secrets?.Look(wire.Label, entry!);
        return wire.SendAsync(
            "publish", entry!.Cid.ToString(), changes: true, proceed, cancellation, () => wire.LookForFilesAsync($"{Scene.Prefix}{Scene.DatabaseName}/", [entry]));
    }

    // A connection that breaks is noticed by the next message, and ends the subscription.
    private async Task TellAsync(Mailbox box, CancellationToken unsubscribed)
    {
        bool hasBroken = false;
        try
        {
            if (!await wire.PassAsync())
            {
                box.Close();
                return;
            }

            await foreach (MetaReading reading in Inner.SubscribeAsync(unsubscribed))
            {
                if (wire.IsClosed || unsubscribed.IsCancellationRequested)
                    return;
                if (!await wire.PassAsync())
                {
                    hasBroken = true;
                    break;
                }

                if (unsubscribed.IsCancellationRequested)
                    return;
                box.Put(reading);
            }

            box.Close();
            if (!hasBroken && !unsubscribed.IsCancellationRequested && !wire.IsClosed && !_isClosed)
                wire.Witness.Accuse(Claim.Subscriptions, $"the heads of {wire.Label} ended a subscription whose connection had not broken, and which nobody gave up");
        }
        catch (StorageException)
        {
            box.Close();
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }
}
