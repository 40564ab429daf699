namespace FireproofBench.Micro.Running;

/// <summary>What was measured of one benchmark with one set of parameters.</summary>
/// <param name="Name">The whole name, which filters match.</param>
/// <param name="Description">What it does, for people.</param>
/// <param name="Parameters">Its parameters, such as <c>Bytes=2048</c>; empty when it has none.</param>
/// <param name="Best">Time of one call in the fastest iteration, in nanoseconds: that which others on the machine disturbed least.</param>
/// <param name="Median">Median time of one call, in nanoseconds.</param>
/// <param name="Mean">Mean time of one call, in nanoseconds, outliers left out.</param>
/// <param name="StandardDeviation">Standard deviation of the time, in nanoseconds.</param>
/// <param name="Samples">How many iterations the figures are of.</param>
/// <param name="Allocated">Bytes that a call allocates; null when nobody counted.</param>
/// <param name="Limit">Time of the raw hashes and encryption of the same bytes in the fastest iteration, in nanoseconds; null when they were not measured with it.</param>
internal sealed record MicroRow(
    string Name, string Description, string Parameters, double Best, double Median, double Mean, double StandardDeviation, int Samples, long? Allocated, double? Limit)
{
    /// <summary>How near it comes to what is possible: 1 when there is nothing but the raw calls.</summary>
    public double? OfLimit => Limit / Best;
}
