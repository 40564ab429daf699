namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A verb cannot run as it was called: exit code 2, and this message on standard error.</summary>
/// <param name="message">What, where, and what to do.</param>
#pragma warning disable CA1064 // Internal as everything here: it never leaves the command line.
internal sealed class UsageException(string message) : Exception(message);
#pragma warning restore CA1064
