namespace FireproofBench.Properties.Crdt;

/// <summary>A generated history of several replicas.</summary>
/// <param name="Replicas">How many, 2 to 5.</param>
/// <param name="Steps">In order.</param>
public sealed record CrdtHistory(int Replicas, IReadOnlyList<CrdtStep> Steps)
{
    public override string ToString() => $"{Replicas} replicas: " + string.Join("; ", Steps);
}
