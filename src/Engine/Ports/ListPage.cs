namespace FireproofBench.Engine.Ports;

/// <summary>One page of a listing.</summary>
/// <param name="Objects">At most as many as were asked for; a provider may give fewer and still have more.</param>
/// <param name="After">Where the next page starts (give it back as it is), or null when the listing is complete.</param>
public sealed record ListPage(IReadOnlyList<ObjectInfo> Objects, string? After);
