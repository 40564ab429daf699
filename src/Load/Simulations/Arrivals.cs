namespace FireproofBench.Load.Simulations;

/// <summary>How the arrivals of an open model are spread.</summary>
internal enum Arrivals
{
    /// <summary>At equal distances.</summary>
    Constant,

    /// <summary>As of many users who know nothing of each other: the distances are exponential (a Poisson process), and come in bursts.</summary>
    Poisson,
}
