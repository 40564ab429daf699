using System.Reflection;
using FireproofBench.Conformance;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace FireproofBench.Xunit;

/// <summary>One row a clause: its id, which is also the label of the test. Traits <c>group</c> and <c>level</c> are for filters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClauseDataAttribute : DataAttribute
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. ConformanceBook.Select(RunVariables.Only() ?? []).Select(Row)]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;

    private static TheoryDataRow<string> Row(BookClause clause)
    {
        TheoryDataRow<string> row = new(clause.Id) { Label = clause.Id };
        row.Traits["group"] = [clause.Group];
        row.Traits["level"] = [clause.LevelName];
        return row;
    }
}
