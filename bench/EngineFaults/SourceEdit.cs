namespace FireproofBench.EngineFaults;

/// <summary>A change to one source file.</summary>
/// <param name="File">The file, below <c>src</c>.</param>
/// <param name="Text">What it says now; it stands there exactly once.</param>
/// <param name="Replacement">What it says with the fault.</param>
internal sealed record SourceEdit(string File, string Text, string Replacement)
{
    /// <summary>Whether the text stands in a source exactly once, so that the edit means one place.</summary>
    public bool IsUniqueIn(string source)
    {
        int first = source.IndexOf(Text, StringComparison.Ordinal);
        return first >= 0 && source.IndexOf(Text, first + 1, StringComparison.Ordinal) < 0;
    }
}
