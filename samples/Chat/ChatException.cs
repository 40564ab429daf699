namespace FireproofBench.Chat;

/// <summary>Why there is no chat, for whoever wanted one.</summary>
internal sealed class ChatException : Exception
{
    public ChatException()
    {
    }

    public ChatException(string message)
        : base(message)
    {
    }

    public ChatException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
