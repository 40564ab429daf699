namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A clock that stands still; timers run as usual.</summary>
internal sealed class StoppedTime(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
