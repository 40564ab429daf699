using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Channels that lose, come too early, do not end, or tell too much.</summary>
internal static class ChannelFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("what came before the subscription is not told", () => Telling(GapAsync), "SUB-01"),
        new("a client that comes back hears nothing", SecondIsSilent, "SUB-02"),
        new("a late message replaces what is read", LateReplaces, "SUB-03"),
        new("told before it can be read", ToldTooEarly, "SUB-04"),
        new("a cancelled subscription goes on", () => Telling((s, _) => s.SubscribeAsync(CancellationToken.None)), "SUB-05"),
        new("a publication waits for every subscriber", WaitsForAll, "SUB-06"),
        new("open and silent", () => Telling((_, t) => SilenceAsync(t)), "SUB-07", "SUB-01"),
        new("readings come from a cache that only the channel refreshes", CachedWithoutChannel, "SUB-07"),
        new("every message comes some hundred times", () => Telling(EchoAsync), "SUB-08"),
    ];

    private static InterceptedStore Telling(Func<IMetadataGateway, CancellationToken, IAsyncEnumerable<MetaReading>> subscribe) =>
        new() { OnHeads = sound => new InterceptedHeads(sound) { OnSubscribe = subscribe } };

    private static async IAsyncEnumerable<MetaReading> GapAsync(IMetadataGateway sound, [EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading start = await sound.ReadAsync(cancellation);
        await foreach (MetaReading reading in sound.SubscribeAsync(cancellation))
        {
            if (reading.Version != start.Version)
                yield return reading;
        }
    }

    private static async IAsyncEnumerable<MetaReading> SilenceAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        yield break;
    }

    private static async IAsyncEnumerable<MetaReading> EchoAsync(IMetadataGateway sound, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in sound.SubscribeAsync(cancellation))
        {
            for (int i = 0; i < 500; i++)
                yield return reading;
        }
    }

    private static InterceptedStore SecondIsSilent() => new()
    {
        OnHeads = sound =>
        {
            int subscriptions = 0;
            return new InterceptedHeads(sound)
            {
                OnSubscribe = (s, t) => Interlocked.Increment(ref subscriptions) == 1 ? s.SubscribeAsync(t) : SilenceAsync(t),
            };
        },
    };

    private static InterceptedStore LateReplaces() => new()
    {
        OnHeads = sound =>
        {
            MetaReading? told = null;
            async IAsyncEnumerable<MetaReading> TellAsync(IMetadataGateway s, [EnumeratorCancellation] CancellationToken cancellation)
            {
                MetaReading? former = null;
                await foreach (MetaReading reading in s.SubscribeAsync(cancellation))
                {
                    told = reading;
                    yield return reading;
                    if (former is not null)
                    {
                        told = former;
                        yield return former;
                    }

                    former = reading;
                }
            }

            return new InterceptedHeads(sound)
            {
                OnSubscribe = TellAsync,
                OnRead = (s, t) => told is { } late ? ValueTask.FromResult(late) : s.ReadAsync(t),
            };
        },
    };

    // A reading shows a change only when it is asked for the second time.
    private static InterceptedStore ToldTooEarly() => new()
    {
        OnHeads = sound =>
        {
            MetaReading? shown = null;
            return new InterceptedHeads(sound)
            {
                OnRead = async (s, t) =>
                {
                    MetaReading now = await s.ReadAsync(t);
                    MetaReading former = Interlocked.Exchange(ref shown, now) ?? now;
                    return former;
                },
            };
        },
    };

    private static InterceptedStore WaitsForAll()
    {
        int busy = 0;
        async IAsyncEnumerable<MetaReading> TellAsync(IMetadataGateway sound, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (MetaReading reading in sound.SubscribeAsync(cancellation))
            {
                Interlocked.Increment(ref busy);
                try
                {
                    yield return reading;
                }
                finally
                {
                    Interlocked.Decrement(ref busy);
                }
            }
        }

        return new InterceptedStore
        {
            OnHeads = sound => new InterceptedHeads(sound)
            {
                OnSubscribe = TellAsync,
                OnPublish = async (s, e, p, t) =>
                {
                    while (Volatile.Read(ref busy) > 0)
                        await Task.Delay(1, t);
                    await s.PublishAsync(e, p, t);
                },
            },
        };
    }

    private static InterceptedStore CachedWithoutChannel() => new()
    {
        OnHeads = sound =>
        {
            MetaReading? cached = null;
            async IAsyncEnumerable<MetaReading> TellAsync(IMetadataGateway s, [EnumeratorCancellation] CancellationToken cancellation)
            {
                await foreach (MetaReading reading in s.SubscribeAsync(cancellation))
                {
                    cached = reading;
                    yield return reading;
                }
            }

            return new InterceptedHeads(sound)
            {
                OnSubscribe = TellAsync,
                OnRead = async (s, t) => cached ??= await s.ReadAsync(t),
            };
        },
    };
}
