using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Stores;

/// <summary>Tells of calls that the databases of a store make again by themselves, below whoever counts calls. Safe for any number of callers.</summary>
internal sealed class RepeatedCalls
{
    private volatile Action<GatewayOperation>? _told;

    /// <summary>From now on somebody is told of each call that is about to be made again.</summary>
    /// <param name="told">Is told which it is, by several callers at once; null for nobody.</param>
    public void TellTo(Action<GatewayOperation>? told) => _told = told;

    /// <summary>The same patience, whose repetitions are told of.</summary>
    public RetryOptions Over(RetryOptions patience) => patience with { Repeating = (failure, _, _) => _told?.Invoke(OperationOf(failure.Operation)) };

    // As failures name them; what reads heads is a listing where they are objects.
    private static GatewayOperation OperationOf(string name) => name switch
    {
        "put" or "publish" => GatewayOperation.Put,
        "get" => GatewayOperation.Get,
        "head" => GatewayOperation.Head,
        "delete" => GatewayOperation.Delete,
        _ => GatewayOperation.List,
    };
}
