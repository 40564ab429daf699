using FireproofBench.Engine.Documents;

namespace FireproofBench.Engine;

/// <summary>An id with its document.</summary>
/// <param name="Id">The id.</param>
/// <param name="Document">The document; null when it was deleted.</param>
public sealed record DocumentRow(string Id, Document? Document);
