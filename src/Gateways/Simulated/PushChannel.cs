using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>The way from the service of the heads to its subscribers, as networks and queues make it.</summary>
/// <param name="form">What becomes of the messages.</param>
/// <param name="setting">Which part of them is held back or lost, for how long at the most, chance and clock.</param>
internal sealed class PushChannel(PushForm form, FaultSetting setting)
{
    /// <summary>Heads that are told of in this way.</summary>
    /// <param name="heads">Sound ones; closed with what is returned.</param>
    public IMetadataGateway Before(IMetadataGateway heads) => form switch
    {
        PushForm.None => new BentHeads(heads)
        {
            OnTraits = static traits => traits with { Push = false },
            OnSubscribe = static (_, token) => SilentAsync(token),
        },
        PushForm.Twice => new BentHeads(heads) { OnSubscribe = static (sound, token) => TwiceAsync(sound, token) },
        PushForm.Reordered => new BentHeads(heads) { OnSubscribe = ReorderedAsync },
        PushForm.Dropped => new BentHeads(heads) { OnSubscribe = DroppedAsync },
        _ => heads,
    };

    private static async IAsyncEnumerable<MetaReading> SilentAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), ended);
        await ended.Task;
        yield break;
    }

    private static async IAsyncEnumerable<MetaReading> TwiceAsync(IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
        {
            yield return reading;
            yield return reading;
        }
    }

    private async IAsyncEnumerable<MetaReading> DroppedAsync(IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
        {
            if (!setting.Strikes())
                yield return reading;
        }
    }

    // What is held back comes after the next message, or when its time is over: a channel that loses nothing tells it in any case.
    private async IAsyncEnumerable<MetaReading> ReorderedAsync(IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using IAsyncEnumerator<MetaReading> messages = heads.SubscribeAsync(ending.Token).GetAsyncEnumerator(ending.Token);
        Task<bool> next = messages.MoveNextAsync().AsTask();
        try
        {
            MetaReading? held = null;
            while (true)
            {
                if (held is not null && !await IsSoonerAsync(next))
                {
                    yield return held;
                    held = null;
                }

                if (!await next)
                    yield break;
                MetaReading reading = messages.Current;
                next = messages.MoveNextAsync().AsTask();
                if (held is null && setting.Strikes())
                {
                    held = reading;
                    continue;
                }

                yield return reading;
                if (held is not null)
                    yield return held;
                held = null;
            }
        }
        finally
        {
            // A stream is not closed while it is asked for more.
            ending.Cancel();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task<bool> IsSoonerAsync(Task<bool> next)
    {
        using CancellationTokenSource arrived = new();
        _ = await Task.WhenAny(next, Task.Delay(setting.Lag, setting.Time, arrived.Token));
        arrived.Cancel();
        return next.IsCompleted;
    }
}
