using FireproofBench.Engine.Crypto;

namespace FireproofBench.Engine.Sharing;

/// <summary>What became of an invitation.</summary>
/// <param name="Added">Keys that were not in the bag before.</param>
/// <param name="Keys">Keys of the database that are in the bag now.</param>
/// <param name="Sealing">The fingerprint of the one that seals new files.</param>
/// <param name="HoldsData">Whether the database has files on this device already.</param>
public sealed record JoinResult(int Added, int Keys, KeyFingerprint Sealing, bool HoldsData);
