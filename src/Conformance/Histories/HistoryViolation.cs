using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>Why a history does not keep what was checked.</summary>
/// <param name="Key">The key, prefix or database that it is about.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Window">The few operations that show it, in the order of their calls.</param>
internal sealed record HistoryViolation(string Key, string Text, ImmutableArray<Operation> Window)
{
    /// <summary>The sentence and its operations, in one line.</summary>
    public override string ToString() => $"{Text}: {string.Join("; ", Window)}";
}
