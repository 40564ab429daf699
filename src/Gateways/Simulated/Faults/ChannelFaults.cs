using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated.Faults;

/// <summary>S: subscriptions that miss, hurry, or repeat.</summary>
internal static class ChannelFaults
{
    private const int Echoes = 500;

    public static ImmutableArray<SimulatedFault> All { get; } =
    [
        new("S01", "a gap at the start", "What changed between the last reading and the subscription is not told.", static setting => Telling((heads, token) => GapAsync(setting, heads, token))) { Killers = ["SUB-01"] },
        new("S03", "told too early", "A change is told a while before it can be read.", ToldEarly) { Killers = ["SUB-04", "MET-08"] },
        new("S04", "open and silent", "The subscription stays open, and nothing comes.", static setting => Telling((heads, token) => SilentAsync(setting, heads, token))) { Killers = ["SUB-07", "SUB-01"] },
        new("S06", "echoes", "Every message comes some hundred times.", static setting => Telling((heads, token) => EchoAsync(setting, heads, token))) { Killers = ["SUB-08"] },
    ];

    private static StoreBehaviour Telling(Func<IMetadataGateway, CancellationToken, IAsyncEnumerable<MetaReading>> subscribe) =>
        new() { Heads = sound => new BentHeads(sound) { OnSubscribe = subscribe } };

    private static async IAsyncEnumerable<MetaReading> GapAsync(FaultSetting setting, IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        MetaReading? start = setting.Strikes() ? await heads.ReadAsync(cancellation) : null;
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
        {
            if (reading.Version != start?.Version)
                yield return reading;
        }
    }

    private static async IAsyncEnumerable<MetaReading> SilentAsync(FaultSetting setting, IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (setting.Strikes())
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, setting.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            yield break;
        }

        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
            yield return reading;
    }

    private static async IAsyncEnumerable<MetaReading> EchoAsync(FaultSetting setting, IMetadataGateway heads, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in heads.SubscribeAsync(cancellation))
        {
            for (int i = setting.Strikes() ? Echoes : 1; i > 0; i--)
                yield return reading;
        }
    }

    // The channel is ahead: a reading shows what stood there a while ago.
    private static StoreBehaviour ToldEarly(FaultSetting setting) => new()
    {
        Heads = sound =>
        {
            MetaReading? shown = null;
            long since = 0;
            return new BentHeads(sound)
            {
                OnRead = async (heads, token) =>
                {
                    MetaReading now = await heads.ReadAsync(token);
                    if (shown is not null && shown.Version != now.Version && since == 0 && setting.Strikes())
                        since = setting.Time.GetTimestamp();
                    if (since != 0 && setting.Time.GetElapsedTime(since) < setting.Lag)
                        return shown!;
                    since = 0;
                    return shown = now;
                },
            };
        },
    };
}
