namespace FireproofBench.Engine.Crypto;

/// <summary>A key bag that cannot be used: the item is missing, malformed, or does not say which of its keys is the default.</summary>
/// <param name="keyName">The key name that was asked for, such as <c>@chat-data@</c>.</param>
/// <param name="reason">What is wrong and what to do.</param>
/// <param name="cause">The fault inside, when there is one.</param>
public sealed class KeyBagException(string keyName, string reason, Exception? cause = null) : Exception($"key '{keyName}': {reason}", cause)
{
    /// <summary>The key name that was asked for.</summary>
    public string KeyName { get; } = keyName;
}
