namespace FireproofBench.Gateways.Wrapping;

/// <summary>
/// Lets an amount through in a time. Whoever comes is told at once when the turn is, in the order of coming, so nobody has to be woken and nobody is passed.
/// </summary>
/// <param name="rate">Amount a second, above 0.</param>
/// <param name="burst">Amount that a full bucket holds, at least 1.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double rate, double burst, TimeProvider time)
{
    private readonly double _rate = rate > 0 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate is above 0.");
    private readonly double _burst = burst >= 1 ? burst : throw new ArgumentOutOfRangeException(nameof(burst), burst, "A burst is at least 1.");
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _filled = time.GetTimestamp();

    /// <summary>Waits until there is something in the bucket, and takes an amount out: more than it holds leaves a debt, for which those behind wait.</summary>
    /// <param name="amount">How much, not negative.</param>
    /// <param name="cancellation">Ends the wait; what was taken is given back then.</param>
    public async ValueTask TakeAsync(double amount, CancellationToken cancellation)
    {
        TimeSpan wait = Take(amount);
        if (wait <= TimeSpan.Zero)
            return;
        try
        {
            await Task.Delay(wait, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = Take(-amount);
            throw;
        }
    }

    /// <summary>Takes an amount without waiting, once it is known what a call moved.</summary>
    public void Charge(double amount) => Take(amount);

    private TimeSpan Take(double amount)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * _rate));
            _filled = now;

            // The turn comes when as much is there as is wanted, but no more than the bucket can hold.
            double missing = Math.Min(amount, _burst) - _tokens;
            _tokens -= amount;
            return TimeSpan.FromSeconds(Math.Max(0, missing / _rate));
        }
    }
}
