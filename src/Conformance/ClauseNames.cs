namespace FireproofBench.Conformance;

/// <summary>The words for levels and outcomes, as result files and people read them.</summary>
internal static class ClauseNames
{
    public static string Of(ClauseLevel level) => level switch
    {
        ClauseLevel.Must => "MUST",
        ClauseLevel.MustStar => "MUST*",
        ClauseLevel.Should => "SHOULD",
        _ => "MAY",
    };

    public static string Of(ClauseOutcome outcome) => outcome switch
    {
        ClauseOutcome.Passed => "passed",
        ClauseOutcome.Failed => "failed",
        ClauseOutcome.Unsupported => "unsupported",
        _ => "inconclusive",
    };
}
