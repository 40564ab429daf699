namespace FireproofBench.Engine.Documents;

/// <summary>A document that cannot be stored: nothing was written.</summary>
/// <param name="id">The document's id; empty when it has none that can be said.</param>
/// <param name="reason">What is wrong, with the path of the field where one is to blame.</param>
/// <param name="cause">The fault inside, when there is one.</param>
public sealed class InvalidDocumentException(string id, string reason, Exception? cause = null)
    : Exception(id.Length == 0 ? $"The document cannot be stored: {reason}." : $"The document '{Shorten(id)}' cannot be stored: {reason}.", cause)
{
    /// <summary>The document's id; may be empty.</summary>
    public string Id { get; } = id;

    private static string Shorten(string id) => id.Length <= 80 ? id : id[..77] + "...";
}
