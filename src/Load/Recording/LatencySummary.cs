namespace FireproofBench.Load.Recording;

/// <summary>What a histogram says, in the figures that people ask for.</summary>
/// <param name="Count">How many calls.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="P50">The median.</param>
/// <param name="P90">Nine of ten were as fast.</param>
/// <param name="P99">99 of 100 were as fast.</param>
/// <param name="P999">999 of 1,000 were as fast.</param>
/// <param name="Max">The slowest.</param>
internal readonly record struct LatencySummary(long Count, TimeSpan Mean, TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan P999, TimeSpan Max);
