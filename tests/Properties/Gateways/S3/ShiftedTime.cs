namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A clock that is wrong by a constant.</summary>
internal sealed class ShiftedTime(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
