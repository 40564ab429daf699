namespace FireproofBench.Properties.Reference;

/// <summary>The reference engine refused a request, or its process failed: the message carries what it last logged.</summary>
public sealed class ReferenceException(string message, Exception? cause = null) : Exception(message, cause);
