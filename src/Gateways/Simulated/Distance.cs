namespace FireproofBench.Gateways.Simulated;

/// <summary>How long a way to a store takes: half to one and a half times the mean, by chance.</summary>
/// <param name="mean">The mean of one way; zero for none.</param>
/// <param name="chance">The chance, and the clock.</param>
internal sealed class Distance(TimeSpan mean, FaultSetting chance)
{
    /// <summary>Goes one way.</summary>
    public Task PassAsync(CancellationToken cancellation) =>
        mean == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(mean * (0.5 + chance.Fraction()), chance.Time, cancellation);

    /// <summary>Goes there, does something, and comes back. Who gives up on the way back does not undo it.</summary>
    public async ValueTask<T> GoAsync<T>(Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        await PassAsync(cancellation);
        try
        {
            return await proceed(cancellation);
        }
        finally
        {
            await PassAsync(cancellation);
        }
    }
}
