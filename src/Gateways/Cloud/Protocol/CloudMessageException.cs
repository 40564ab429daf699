namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>A message that is not of the form that its type has, or that is refused.</summary>
/// <param name="reason">Why, in the words of the answer.</param>
/// <param name="message">The message, as far as it could be read; null when it is no JSON object with a type.</param>
/// <param name="inner">What was found below.</param>
#pragma warning disable CA1064 // Caught where messages are read; it leaves no public call.
internal sealed class CloudMessageException(string reason, CloudMessage? message = null, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>The message; null when it could not be read at all.</summary>
    public CloudMessage? Refused { get; } = message;
}
#pragma warning restore CA1064
