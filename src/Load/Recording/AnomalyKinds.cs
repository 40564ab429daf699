using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Recording;

/// <summary>Which failures of a call are anomalies of the store: not that it did not answer, but what it gave.</summary>
internal static class AnomalyKinds
{
    /// <summary>What kind of anomaly a failure tells of; null for none.</summary>
    /// <param name="failure">The failure of a call of the engine's.</param>
    public static AnomalyKind? Of(Exception failure) => failure switch
    {
        MissingBlockException => AnomalyKind.MissingFile,
        MalformedBlockException or StorageException { Kind: StorageErrorKind.Corrupt } => AnomalyKind.WrongBytes,
        _ => null,
    };
}
