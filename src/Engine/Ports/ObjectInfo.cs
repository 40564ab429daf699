namespace FireproofBench.Engine.Ports;

/// <summary>What a provider says of an object without its bytes.</summary>
/// <param name="Key">The key, as it was put.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Version">
/// Opaque token of this content, changed by every change of content (an entity tag); empty when the provider has none to give here.
/// </param>
/// <param name="LastModified">When the provider says that it was written; null when it does not say.</param>
public sealed record ObjectInfo(string Key, long Length, string Version, DateTimeOffset? LastModified);
