using System.Collections.Immutable;
using FireproofBench.Conformance.Histories;

namespace FireproofBench.Properties.Conformance.Histories;

/// <summary>Histories for tests, one call a line.</summary>
internal sealed class HistorySketch
{
    private readonly ImmutableArray<Operation>.Builder _operations = ImmutableArray.CreateBuilder<Operation>();

    public History History => new(_operations.ToImmutable());

    public HistorySketch Put(string client, string value, long call, long? until, string key = "k", bool refused = false) => Add(new Operation
    {
        Client = client,
        Kind = OperationKind.Put,
        Key = key,
        Value = value,
        Call = call,
        Return = until ?? Operation.Never,
        Outcome = refused ? OperationOutcome.Failed : until is null ? OperationOutcome.Unknown : OperationOutcome.Ok,
    });

    public HistorySketch Get(string client, string? value, long call, long until, string key = "k") =>
        Add(new Operation { Client = client, Kind = OperationKind.Get, Key = key, Value = value, Call = call, Return = until, Outcome = OperationOutcome.Ok });

    public HistorySketch Head(string client, bool found, long call, long until, string key = "k") =>
        Add(new Operation { Client = client, Kind = OperationKind.Head, Key = key, Found = found, Call = call, Return = until, Outcome = OperationOutcome.Ok });

    public HistorySketch Delete(string client, long call, long? until, string key = "k") => Add(new Operation
    {
        Client = client,
        Kind = OperationKind.Delete,
        Key = key,
        Call = call,
        Return = until ?? Operation.Never,
        Outcome = until is null ? OperationOutcome.Unknown : OperationOutcome.Ok,
    });

    public HistorySketch List(string client, string prefix, long call, long until, params string[] keys) =>
        Add(new Operation { Client = client, Kind = OperationKind.List, Key = prefix, Values = [.. keys], Call = call, Return = until, Outcome = OperationOutcome.Ok });

    public HistorySketch Publish(string client, string cid, long call, long? until, params string[] parents) => Add(new Operation
    {
        Client = client,
        Kind = OperationKind.Publish,
        Key = "db",
        Value = cid,
        Values = [.. parents],
        Call = call,
        Return = until ?? Operation.Never,
        Outcome = until is null ? OperationOutcome.Unknown : OperationOutcome.Ok,
    });

    public HistorySketch Heads(string client, long call, long until, params string[] heads) =>
        Add(new Operation { Client = client, Kind = OperationKind.Heads, Key = "db", Values = [.. heads], Call = call, Return = until, Outcome = OperationOutcome.Ok });

    private HistorySketch Add(Operation operation)
    {
        _operations.Add(operation);
        return this;
    }
}
