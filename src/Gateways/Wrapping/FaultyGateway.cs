using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>A store that goes wrong as a plan says, again in the same way from the same seed. For tests and simulation.</summary>
/// <remarks>What stale reads give is kept in memory: the last state but one of every object that was changed through this gateway.</remarks>
public sealed class FaultyGateway : DataGatewayWrapper
{
    private readonly FaultPlan _plan;
    private readonly TimeProvider _time;
    private readonly FaultDice _dice;
    private readonly bool _remembers;
    private readonly ConcurrentDictionary<string, ObjectContent?> _former = new(StringComparer.Ordinal);

    /// <summary>A faulty store.</summary>
    /// <param name="inner">The sound store below.</param>
    /// <param name="plan">What goes wrong.</param>
    /// <param name="entropy">The seed: 32 bytes are taken from it, here and never again.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
    public FaultyGateway(IDataGateway inner, FaultPlan plan, IEntropy entropy, TimeProvider time, bool leaveOpen = false)
        : base(inner, leaveOpen)
    {
        _plan = plan;
        _time = time;
        _dice = new FaultDice(entropy);
        _remembers = plan.Rules.Any(static r => r.Kind == FaultKind.StaleRead);
    }

    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        List<(FaultRule Rule, double Where)> met = Meeting(made);
        foreach ((FaultRule rule, double where) in met)
        {
            if (rule.Kind == FaultKind.Delay)
                await Task.Delay(rule.ShortestDelay + ((rule.LongestDelay - rule.ShortestDelay) * where), _time, cancellation);
            else if (rule.Kind == FaultKind.HangBefore)
                await HangAsync(cancellation);
            else if (rule.Kind == FaultKind.FailBefore)
                throw Failure(rule, made);
        }

        T result = _remembers && made.Changes ? await ChangeAsync(made, proceed, cancellation) : await proceed(cancellation);
        foreach ((FaultRule rule, double where) in met)
        {
            if (rule.Kind == FaultKind.HangAfter)
                await HangAsync(cancellation);
            else if (rule.Kind == FaultKind.FailAfter)
                throw Failure(rule, made);
            else if (Bend(rule.Kind, made, result, where) is { } bent)
                result = (T)bent.Result!;
        }

        return result;
    }

    private static StorageException Failure(FaultRule rule, DataCall made) => new(
        rule.Error,
        made.Operation switch
        {
            GatewayOperation.Put => "put",
            GatewayOperation.Get => "get",
            GatewayOperation.Head => "head",
            GatewayOperation.Delete => "delete",
            _ => "list",
        },
        made.Key,
        "the fault plan wants it so")
    { RetryAfter = rule.RetryAfter };

    private static async Task HangAsync(CancellationToken cancellation)
    {
        await Cancelled.WaitAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    private List<(FaultRule Rule, double Where)> Meeting(DataCall made)
    {
        List<(FaultRule, double)> met = [];
        int count = _dice.Count(made.Operation, made.Key);
        for (int i = 0; i < _plan.Rules.Length; i++)
        {
            FaultRule rule = _plan.Rules[i];
            if (!rule.IsFor(made.Operation, made.Key) || count < rule.Skip || count - rule.Skip >= rule.Limit)
                continue;
            (double whether, double where) = _dice.Throw(i, made.Operation, made.Key, count);
            if (whether < rule.Probability)
                met.Add((rule, where));
        }

        return met;
    }

    private async ValueTask<T> ChangeAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        ObjectContent? before = await Inner.GetAsync(made.Key, null, cancellation);
        T result = await proceed(cancellation);
        _former[made.Key] = before;
        return result;
    }

    // Null when the fault has nothing to do here.
    private Bent? Bend(FaultKind kind, DataCall made, object? result, double where)
    {
        switch (kind)
        {
            case FaultKind.ShortRead when result is ObjectContent { Bytes.Length: > 0 } content:
                return new Bent(content with { Bytes = content.Bytes[..(int)(content.Bytes.Length * where)] });
            case FaultKind.CorruptRead when result is ObjectContent { Bytes.Length: > 0 } content:
                byte[] bytes = content.Bytes.ToArray();
                double bit = bytes.Length * 8.0 * where;
                bytes[(int)(bit / 8)] ^= (byte)(1 << ((int)bit % 8));
                return new Bent(content with { Bytes = bytes });
            case FaultKind.StaleRead when made.Operation == GatewayOperation.List:
                ListPage page = (ListPage)result!;
                return new Bent(page with { Objects = [.. page.Objects.Where(o => !_former.TryGetValue(o.Key, out ObjectContent? before) || before is not null)] });
            case FaultKind.StaleRead when _former.TryGetValue(made.Key, out ObjectContent? before):
                return new Bent(made.Operation == GatewayOperation.Head ? before?.Info : Cut(before, made.Range));
            default:
                return null;
        }
    }

    private static ObjectContent? Cut(ObjectContent? content, ByteRange? range)
    {
        if (content is null || range is not { } part)
            return content;
        int offset = (int)Math.Min(part.Offset, content.Bytes.Length);
        return content with { Bytes = content.Bytes.Slice(offset, (int)Math.Min(part.Length, content.Bytes.Length - offset)) };
    }

    private sealed record Bent(object? Result);
}
