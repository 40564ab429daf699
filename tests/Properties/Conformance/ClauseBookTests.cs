using Xunit;

namespace FireproofBench.Properties.Conformance;

public sealed class ClauseBookTests
{
    [Fact]
    public void Groups_come_in_order_and_their_clauses_are_numbered_without_gaps()
    {
        Assert.Equal(["OBJ", "NAM", "INT", "IMM", "CAS", "LST", "CON", "CCY", "DUR", "ERR", "SEC", "LIM", "TIM", "MET", "SUB", "ENG"], ClauseBook.Groups.Select(g => g.Prefix));
        foreach (ClauseGroup group in ClauseBook.Groups)
            Assert.Equal(Enumerable.Range(1, group.Clauses.Length).Select(n => $"{group.Prefix}-{n:d2}"), group.Clauses.Select(c => c.Id));
    }

    // The table of levels of the clause list: group, all, MUST, MUST*, SHOULD, MAY.
    [Theory]
    [InlineData("OBJ", 8, 7, 0, 1, 0)]
    [InlineData("NAM", 7, 5, 0, 2, 0)]
    [InlineData("INT", 8, 6, 0, 2, 0)]
    [InlineData("IMM", 5, 3, 0, 1, 1)]
    [InlineData("CAS", 10, 1, 8, 1, 0)]
    [InlineData("LST", 8, 5, 0, 2, 1)]
    [InlineData("CON", 9, 6, 0, 3, 0)]
    [InlineData("CCY", 7, 6, 0, 1, 0)]
    [InlineData("DUR", 7, 5, 0, 2, 0)]
    [InlineData("ERR", 8, 7, 0, 1, 0)]
    [InlineData("SEC", 7, 4, 0, 2, 1)]
    [InlineData("LIM", 5, 2, 0, 3, 0)]
    [InlineData("TIM", 4, 2, 0, 2, 0)]
    [InlineData("MET", 11, 9, 1, 1, 0)]
    [InlineData("SUB", 8, 5, 0, 3, 0)]
    [InlineData("ENG", 8, 6, 0, 2, 0)]
    public void Levels_are_those_of_the_clause_list(string group, int all, int must, int mustStar, int should, int may)
    {
        Clause[] clauses = [.. ClauseBook.All.Where(c => c.Group == group)];
        int Count(ClauseLevel level) => clauses.Count(c => c.Level == level);
        Assert.Equal(
            (all, must, mustStar, should, may),
            (clauses.Length, Count(ClauseLevel.Must), Count(ClauseLevel.MustStar), Count(ClauseLevel.Should), Count(ClauseLevel.May)));
    }

    [Fact]
    public void Every_clause_explains_itself_in_sentences()
    {
        foreach (Clause clause in ClauseBook.All)
            Assert.All([clause.Requirement, clause.Why, clause.How, clause.WhenItFails], text =>
                Assert.True(text.Length > 20 && text.EndsWith('.'), $"{clause.Id}: {text}"));
        Assert.Equal(ClauseBook.All.Length, ClauseBook.All.Select(c => c.Requirement).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_selection_keeps_the_order_of_the_book()
    {
        Assert.Equal(["OBJ-02", "LST-01"], ClauseBook.Select(ConnectorProfile.All, ["lst-01", "OBJ-02"]).Select(c => c.Id));
        Assert.Equal(10, ClauseBook.Select(ConnectorProfile.Data, ["CAS"]).Length);
        Assert.Equal(ClauseBook.All.Length, ClauseBook.Select(ConnectorProfile.All, []).Length);
        Assert.Empty(ClauseBook.Select(ConnectorProfile.Metadata, ["OBJ"]));
        Assert.Equal(["LIM", "MET", "SUB"], ClauseBook.Select(ConnectorProfile.Metadata, []).Select(c => c.Group).Distinct());
        Assert.Empty(ClauseBook.Select(ConnectorProfile.Data, ["MET", "SUB"]));
    }

    [Fact]
    public void An_unknown_name_is_refused()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => ClauseBook.Select(ConnectorProfile.All, ["OBJ-01", "OBJ-99", "XYZ"]));
        Assert.Contains("'OBJ-99', 'XYZ'", refusal.Message, StringComparison.Ordinal);
    }
}
