namespace FireproofBench.Conformance.Stores;

/// <summary>The run cannot start: the store does not answer, refuses, or is not what its address says.</summary>
/// <param name="message">What, where, and what to do.</param>
/// <param name="cause">The failure below.</param>
#pragma warning disable CA1064 // Internal as everything here: the command line turns it into exit code 2.
internal sealed class StoreUnusableException(string message, Exception? cause = null) : Exception(message, cause);
#pragma warning restore CA1064
