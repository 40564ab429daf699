namespace FireproofBench.Properties.Reference;

/// <summary>A change as the reference engine lists it.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Deleted">Whether the change deleted it.</param>
/// <param name="Event">The content id of the event that made the change.</param>
public sealed record ReferenceChange(string Id, bool Deleted, string? Event);
