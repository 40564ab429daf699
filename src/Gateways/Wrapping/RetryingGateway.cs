using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Repeats calls that the store throttled or that failed in passing, a bounded number of times and ever more slowly.</summary>
/// <remarks>
/// <para>A put under a condition and a delete of a version are never repeated once their answer was lost (Ambiguous): the repetition would meet its own
/// effect and be refused. All else is the same twice as once, so a lost answer is met by asking again; a delete that was repeated may then say that
/// nothing was there, although it removed the object itself.</para>
/// <para>When a provider names the time to wait, that time is kept. The last failure says how often the call was made.</para>
/// </remarks>
/// <param name="inner">The gateway below.</param>
/// <param name="options">How patiently.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public sealed class RetryingGateway(IDataGateway inner, RetryOptions options, bool leaveOpen = false) : DataGatewayWrapper(inner, leaveOpen)
{
    private readonly RetryPipeline _pipeline = new(options);

    /// <inheritdoc/>
    /// <remarks>Content that can be read only once is put once.</remarks>
    public override ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        content.CanReopen ? base.PutAsync(key, content, condition, cancellation) : Inner.PutAsync(key, content, condition, cancellation);

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        _pipeline.RunAsync(!made.IsConditional, proceed, cancellation);
}
