namespace FireproofBench.Load.Comparing;

/// <summary>What a comparison says of a metric.</summary>
internal enum ComparisonVerdict
{
    /// <summary>Within the tolerance, as far as can be told.</summary>
    Same,

    /// <summary>Better by more than the tolerance, and surely.</summary>
    Better,

    /// <summary>Worse by more than the tolerance, and surely.</summary>
    Worse,

    /// <summary>Beyond the tolerance, but not surely: more runs would tell.</summary>
    Unclear,
}
