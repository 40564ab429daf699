using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Writes every call into a history: before it is made, and when it returns. Calls that never return stay in it without an outcome.</summary>
/// <param name="inner">The gateway below.</param>
/// <param name="history">Where to; several gateways may share one.</param>
/// <param name="client">Who calls.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public sealed class RecordingGateway(IDataGateway inner, CallHistory history, string client, bool leaveOpen = false) : DataGatewayWrapper(inner, leaveOpen)
{
    /// <inheritdoc/>
    public override async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation)
    {
        HashedSource hashed = new(content);
        DataCall call = new(GatewayOperation.Put, key) { Condition = condition, Length = content.Length };
        return await RecordAsync(call, token => Inner.PutAsync(key, hashed.Source, condition, token), () => hashed.Content, cancellation);
    }

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        RecordAsync(made, proceed, null, cancellation);

    private async ValueTask<T> RecordAsync<T>(
        DataCall call, Func<CancellationToken, ValueTask<T>> proceed, Func<Cid?>? contentAtEnd, CancellationToken cancellation)
    {
        // Hashed before the call begins: its time is the store's, not the hash's.
        Cid? content = call.Content is { } bytes ? Cid.Of(CidCodec.Raw, bytes.Span) : null;
        int index = history.Begin((sequence, at) => new CallRecord
        {
            Client = client,
            Operation = call.Operation,
            Key = call.Key,
            Sequence = sequence,
            At = at,
            Condition = call.Condition,
            Content = content,
            Length = call.Operation == GatewayOperation.Put ? call.Length : null,
            Range = call.Range,
            Version = call.Version,
            After = call.After,
            Limit = call.Operation == GatewayOperation.List ? call.Limit : null,
        });
        try
        {
            T result = await proceed(cancellation);
            history.End(index, (record, sequence, at) => record with
            {
                Content = record.Content ?? contentAtEnd?.Invoke(),
                Outcome = Describe(call, result, new CallOutcome { Sequence = sequence, At = at }),
            });
            return result;
        }
        catch (Exception failure)
        {
            history.End(index, (record, sequence, at) => record with { Content = record.Content ?? contentAtEnd?.Invoke(), Outcome = CallFailures.Describe(failure, sequence, at) });
            throw;
        }
    }

    private static CallOutcome Describe(DataCall call, object? result, CallOutcome outcome) => result switch
    {
        string version => outcome with { Version = version },
        bool removed => outcome with { Found = removed },
        ObjectContent got => outcome with
        {
            Found = true,
            Version = got.Info.Version,
            Length = got.Info.Length,
            Content = Cid.Of(CidCodec.Raw, got.Bytes.Span),
        },
        ObjectInfo info => outcome with { Found = true, Version = info.Version, Length = info.Length },
        ListPage page => outcome with { Names = [.. page.Objects.Select(static o => o.Key)], Next = page.After },
        _ => outcome with { Found = call.Operation is GatewayOperation.Get or GatewayOperation.Head ? false : null },
    };
}
