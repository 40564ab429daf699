namespace FireproofBench.Gateways.WebDav;

/// <summary>What a server says of one resource.</summary>
/// <param name="Path">Its path on the server, as it is written there: percent-encoded.</param>
/// <param name="IsCollection">Whether it is a folder.</param>
/// <param name="Length">Length in bytes; null when it is not told.</param>
/// <param name="EntityTag">Its entity tag as it is written; empty when it is not told.</param>
/// <param name="Modified">When it was last changed; null when it is not told.</param>
internal sealed record WebDavEntry(string Path, bool IsCollection, long? Length, string EntityTag, DateTimeOffset? Modified);
