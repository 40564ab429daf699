namespace FireproofBench.Load.Feeds;

/// <summary>A row of data.</summary>
/// <param name="Fields">Its fields as the members of a JSON object, in the form and order in which a stored document gives them back, without braces.</param>
/// <param name="Size">The length of a content in bytes, where the field <c>size</c> says it; null otherwise.</param>
internal sealed record FeedRow(string Fields, int? Size);
