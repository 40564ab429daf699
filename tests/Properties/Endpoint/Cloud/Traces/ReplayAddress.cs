namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>An address of a file that the endpoint gave where the recorded server gave another one.</summary>
/// <param name="Method">What it is for.</param>
/// <param name="Recorded">The recorded one.</param>
/// <param name="Ours">The endpoint's.</param>
/// <param name="Ledger">The ledger of the file.</param>
/// <param name="Key">The file.</param>
internal sealed record ReplayAddress(string Method, Uri Recorded, Uri Ours, ReplayLedger Ledger, string Key)
{
    /// <summary>Whether it was given to somebody who may only read, and what is sent there is to be thrown away.</summary>
    public bool Discards => Recorded.Query.Contains("discard=1", StringComparison.Ordinal);
}
