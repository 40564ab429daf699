namespace FireproofBench.Properties.Pail;

/// <summary>A generated sequence of changes.</summary>
/// <param name="Steps">In order.</param>
public sealed record PailScript(IReadOnlyList<PailStep> Steps)
{
    public override string ToString() => string.Join("; ", Steps);
}
