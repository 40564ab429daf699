using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Measuring;

/// <summary>Clients of one check, spread over all ways to the store, and the history of what they do.</summary>
internal sealed class RecordedClients(ClauseContext context)
{
    private readonly CallHistory _calls = new(context.Time);
    private readonly ConcurrentDictionary<string, string> _endpoints = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Cid, string> _names = new();

    /// <summary>A client of its own.</summary>
    /// <param name="number">From 0. Each number once.</param>
    public IDataGateway Client(int number)
    {
        StoreView view = context.Views[number % context.Views.Length];
        string name = $"client {number + 1}";
        _endpoints[name] = view.Endpoint;
        return view.Recorded(_calls, name);
    }

    /// <summary>A body that describes itself, and whose name the history then uses.</summary>
    public byte[] Body(string key, int length, long version, int writer)
    {
        byte[] body = context.Body(key, length, version, writer);
        _names[Cid.Of(CidCodec.Raw, body)] = $"{version} by client {writer + 1}";
        return body;
    }

    /// <summary>What was done until now, which the run keeps.</summary>
    public History Take()
    {
        ImmutableArray<CallRecord> records = _calls.Records;
        Dictionary<long, long> times = TimesOf(records);
        History history = new(
        [
            .. records.Where(static r => r.Range is null && r.Operation != GatewayOperation.List).Select(r => OperationOf(r, times)),
            .. ListsOf(records, times),
        ]);
        context.Recorded(history);
        return history;
    }

    // The clock is too coarse for calls in memory; the sequence is exact, so it keeps apart what falls into one tick.
    private static Dictionary<long, long> TimesOf(ImmutableArray<CallRecord> records)
    {
        Dictionary<long, long> times = [];
        long last = -1;
        foreach ((long sequence, TimeSpan at) in records.Select(static r => (r.Sequence, r.At))
            .Concat(records.Select(static r => r.Outcome).OfType<CallOutcome>().Select(static o => (o.Sequence, o.At)))
            .OrderBy(static e => e.Sequence))
        {
            last = Math.Max(last + 1, at.Ticks * 100);
            times[sequence] = last;
        }

        return times;
    }

    private Operation OperationOf(CallRecord record, Dictionary<long, long> times)
    {
        CallOutcome? outcome = record.Outcome;
        OperationOutcome what = outcome is { Succeeded: true } ? OperationOutcome.Ok
            : record.Effect == CallEffect.None && outcome is not null ? OperationOutcome.Failed : OperationOutcome.Unknown;
        Cid? content = record.Operation == GatewayOperation.Put ? record.Content : outcome?.Content;
        return new Operation
        {
            Client = record.Client,
            Endpoint = _endpoints[record.Client],
            Kind = record.Operation switch
            {
                GatewayOperation.Put => OperationKind.Put,
                GatewayOperation.Get => OperationKind.Get,
                GatewayOperation.Head => OperationKind.Head,
                _ => OperationKind.Delete,
            },
            Key = record.Key,
            Value = content is { } cid ? _names.GetValueOrDefault(cid, cid.ToString()) : null,
            Found = record.Operation == GatewayOperation.Head && outcome?.Found == true,
            Call = times[record.Sequence],
            Return = what == OperationOutcome.Unknown ? Operation.Never : times[outcome!.Sequence],
            Outcome = what,
        };
    }

    // A list is all its pages, from the call for the first to the answer of the last; one that did not come to its end tells nothing.
    private IEnumerable<Operation> ListsOf(ImmutableArray<CallRecord> records, Dictionary<long, long> times)
    {
        foreach (IGrouping<(string Client, string Key), CallRecord> pages in records
            .Where(static r => r.Operation == GatewayOperation.List && r.Outcome is { Succeeded: true }).GroupBy(static r => (r.Client, r.Key)))
        {
            CallRecord? first = null;
            List<string> keys = [];
            foreach (CallRecord page in pages)
            {
                if (page.After is null)
                {
                    first = page;
                    keys = [];
                }

                keys.AddRange(page.Outcome!.Names);
                if (page.Outcome.Next is null && first is not null)
                {
                    yield return new Operation
                    {
                        Client = page.Client,
                        Endpoint = _endpoints[page.Client],
                        Kind = OperationKind.List,
                        Key = page.Key,
                        Values = [.. keys],
                        Call = times[first.Sequence],
                        Return = times[page.Outcome.Sequence],
                        Outcome = OperationOutcome.Ok,
                    };
                    first = null;
                }
            }
        }
    }
}
