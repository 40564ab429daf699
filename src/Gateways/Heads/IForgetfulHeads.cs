namespace FireproofBench.Gateways.Heads;

/// <summary>Heads that remember what they saw or published.</summary>
internal interface IForgetfulHeads
{
    /// <summary>Forgets it: the database is being removed.</summary>
    void Clear();
}
