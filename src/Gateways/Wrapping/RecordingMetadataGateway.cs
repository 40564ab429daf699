using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Writes every reading and publication of heads into a history, as <see cref="RecordingGateway"/> does for objects.</summary>
/// <param name="inner">The gateway below.</param>
/// <param name="history">Where to; several gateways may share one.</param>
/// <param name="client">Who calls.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public sealed class RecordingMetadataGateway(IMetadataGateway inner, CallHistory history, string client, bool leaveOpen = false)
    : MetadataGatewayWrapper(inner, leaveOpen)
{
    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation)
    {
        int index = history.Begin((sequence, at) => new CallRecord
        {
            Client = client,
            Operation = operation,
            Key = entry?.Cid.ToString() ?? "",
            Sequence = sequence,
            At = at,
            Superseded = [.. superseded.Select(static c => c.ToString())],
        });
        try
        {
            T result = await proceed(cancellation);
            history.End(index, (record, sequence, at) => record with { Outcome = Describe(result, new CallOutcome { Sequence = sequence, At = at }) });
            return result;
        }
        catch (Exception failure)
        {
            history.End(index, (record, sequence, at) => record with { Outcome = CallFailures.Describe(failure, sequence, at) });
            throw;
        }
    }

    private static CallOutcome Describe(object? result, CallOutcome outcome) => result is MetaReading reading
        ? outcome with { Version = reading.Version, Names = [.. reading.Entries.Select(static e => e.Cid.ToString())] }
        : outcome;
}
