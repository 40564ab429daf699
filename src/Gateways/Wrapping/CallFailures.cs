using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>What was thrown, as a history keeps it.</summary>
internal static class CallFailures
{
    public static CallOutcome Describe(Exception failure, long sequence, TimeSpan at) => failure switch
    {
        StorageException storage => new CallOutcome { Sequence = sequence, At = at, Error = storage.Kind },
        OperationCanceledException => new CallOutcome { Sequence = sequence, At = at, Cancelled = true },
        _ => new CallOutcome { Sequence = sequence, At = at, Thrown = failure.GetType().Name },
    };
}
