using FireproofBench.EngineFaults;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Conformance;

/// <summary>The faults of bench/EngineFaults still fit the sources; whether each is caught takes a build of its own, and is found out there.</summary>
public sealed class EngineFaultTests
{
    public static TheoryData<string> Ids => [.. EngineFaultCatalogue.Faults.Select(static fault => fault.Id)];

    [Fact]
    public void The_catalogue_has_each_fault_once() =>
        Assert.Equal(Enumerable.Range(1, 17).Select(static i => $"G{i:d2}"), EngineFaultCatalogue.Faults.Select(static fault => fault.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void What_a_fault_changes_stands_in_the_sources_once(string id)
    {
        Assert.NotEmpty(Of(id).Edits);
        foreach (SourceEdit edit in Of(id).Edits.Concat(Of(id).EditsInWorlds))
        {
            string source = File.ReadAllText(SourceTree.At($"src/{edit.File}"));
            Assert.True(edit.IsUniqueIn(source), $"{edit.File} does not say exactly once: {edit.Text}");
            Assert.NotEqual(edit.Text, edit.Replacement);
        }
    }

    // One build for all of them: a name that the sources gave up would otherwise be noticed by nobody.
    [Fact]
    public async Task Sources_with_all_faults_at_once_still_build()
    {
        using TemporaryFolder folder = new();
        FaultySources sources = FaultySources.Copy(SourceTree.At(""), folder.At("sources"));
        foreach (EngineFault fault in EngineFaultCatalogue.Faults)
        {
            Assert.Empty(sources.Unmatched(fault));
            sources.Apply(fault);
        }

        Assert.Null(await new FaultyTool(sources).BuildAsync("Gateways"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_clauses_of_a_fault_are_in_the_book(string id) =>
        Assert.All(Of(id).Killers, static killer => Assert.Contains(ClauseBook.All, clause => clause.Id == killer));

    [Fact]
    public void All_faults_but_one_can_be_told_by_a_clause() => Assert.Equal(["G17"], EngineFaultCatalogue.Faults.Where(static fault => fault.Killers.IsEmpty).Select(static fault => fault.Id));

    private static EngineFault Of(string id) => EngineFaultCatalogue.Faults.Single(fault => fault.Id == id);
}
