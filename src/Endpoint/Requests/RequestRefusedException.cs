namespace FireproofBench.Endpoint.Requests;

/// <summary>A request that is answered with a refusal, which is not one of the data store's.</summary>
/// <param name="status">The status.</param>
/// <param name="kind">What the caller does next, as the header tells it.</param>
/// <param name="reason">One sentence for people.</param>
#pragma warning disable CA1064 // Internal as the requests themselves.
internal sealed class RequestRefusedException(int status, string kind, string reason) : Exception(reason)
#pragma warning restore CA1064
{
    /// <summary>The status.</summary>
    public int Status { get; } = status;

    /// <summary>What the caller does next.</summary>
    public string Kind { get; } = kind;
}
