namespace FireproofBench.Conformance;

/// <summary>The run cannot start: the store does not answer, refuses, or is not what its address says. The message is for people: what, where, and what to do.</summary>
/// <param name="message">What, where, and what to do.</param>
/// <param name="cause">The failure below.</param>
public sealed class StoreUnusableException(string message, Exception? cause = null) : Exception(message, cause);
