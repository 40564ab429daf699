namespace FireproofBench.Peers;

/// <summary>One measured round of one side.</summary>
/// <param name="Milliseconds">Wall clock around the engine's own calls.</param>
/// <param name="Operations">How many operations these were.</param>
/// <param name="Bytes">Bytes of the database's files afterwards; null where the workload does not ask.</param>
internal sealed record Round(double Milliseconds, int Operations, long? Bytes = null)
{
    /// <summary>Milliseconds an operation.</summary>
    public double PerOperation => Milliseconds / Operations;
}
