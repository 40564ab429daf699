namespace FireproofBench.Gateways.Memory;

/// <summary>An object in memory: never changed, only replaced.</summary>
/// <param name="Bytes">Its bytes, the gateway's own copy.</param>
/// <param name="Version">Its version, never used again.</param>
/// <param name="Written">When it was put.</param>
internal sealed record MemoryObject(byte[] Bytes, string Version, DateTimeOffset Written);
