namespace FireproofBench.Conformance.Cloud;

/// <summary>A check needs what the endpoint says that it does not offer.</summary>
/// <param name="reason">What, in a sentence.</param>
#pragma warning disable CA1064, CA1032 // Internal as everything here: it never leaves the runner.
internal sealed class CloudUnofferedException(string reason) : Exception(reason);
#pragma warning restore CA1064, CA1032
