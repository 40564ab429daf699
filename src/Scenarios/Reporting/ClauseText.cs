namespace FireproofBench.Scenarios.Reporting;

/// <summary>Clauses as text for people: the list and the explanation of one.</summary>
internal static class ClauseText
{
    /// <summary>One line a clause: id, level, requirement; a heading a group.</summary>
    public static void WriteList(IEnumerable<ClauseGroup> groups, IReadOnlyCollection<Clause> clauses, TextWriter output)
    {
        foreach (ClauseGroup group in groups)
        {
            Clause[] chosen = [.. group.Clauses.Where(clauses.Contains)];
            if (chosen.Length == 0)
                continue;
            output.WriteLine($"{group.Prefix}  {group.Title}");
            foreach (Clause clause in chosen)
                output.WriteLine($"  {clause.Id}  {ClauseNames.Of(clause.Level),-6}  {clause.Requirement}");
        }
    }

    /// <summary>Everything about one clause.</summary>
    public static void WriteExplanation(Clause clause, TextWriter output)
    {
        output.WriteLine($"{clause.Id}  {ClauseNames.Of(clause.Level)}");
        output.WriteLine(clause.Requirement);
        output.WriteLine();
        output.WriteLine($"Why:            {clause.Why}");
        output.WriteLine($"Checked:        {clause.How}");
        output.WriteLine($"When it fails:  {clause.WhenItFails}");
        if (clause.Source.Length > 0)
            output.WriteLine($"Source:         {clause.Source}");
        if (clause.Needs != StoreNeeds.None)
            output.WriteLine($"Needs:          {clause.Needs}");
    }
}
