namespace FireproofBench.Conformance;

/// <summary>A property that a history by itself shows to be kept or broken, and the clause that asks for it.</summary>
/// <param name="Id">The clause.</param>
/// <param name="Level">Its level.</param>
/// <param name="Property">The property, in a few words.</param>
/// <param name="Looks">What the checker looks at.</param>
/// <param name="Check">Checks it.</param>
internal sealed record HistoryCheck(string Id, ClauseLevel Level, string Property, string Looks, Func<History, TimeSpan, HistoryJudgement> Check)
{
    /// <summary>All of them, in the order of the book.</summary>
    public static IReadOnlyList<HistoryCheck> All { get; } =
    [
        new("CON-04", ClauseLevel.Must, "lists show what was put, and nothing else", "lists", SetMembership.Check),
        new("CON-06", ClauseLevel.Should, "session guarantees", "reads", SessionGuarantees.Check),
        new("CON-07", ClauseLevel.Should, "linearizable registers", "operations on registers", static (h, _) => RegisterLinearizability.Check(h)),
        new("CON-08", ClauseLevel.Must, "no read gives what had been overwritten", "reads", CrdtRegister.Check),
        new("ENG-02", ClauseLevel.Must, "heads cover all acknowledged events", "readings of heads", HeadCoverage.Check),
    ];

    /// <summary>Judges a history.</summary>
    public Finding Judge(History history, DeclaredVisibility declared)
    {
        if (Id == "CON-07" && !declared.IsStrong)
            return Finding.Unsupported($"declared {declared}: such a store does not claim to be linearizable");
        HistoryJudgement judgement = Check(history, declared.Bound);
        return judgement switch
        {
            { Violation: { } violation } => new Finding(ClauseOutcome.Failed, Printable.Escape(violation.ToString())),
            { Undecided: { } reason } => Finding.Inconclusive(Printable.Escape(reason)),
            { Checked: 0 } => Finding.Unsupported($"the history has no {Looks}"),
            _ => Finding.Passed($"{Property}: {judgement.Checked} {Looks}"),
        };
    }
}
