namespace FireproofBench.Chat;

/// <summary>The command line.</summary>
/// <param name="Endpoint">Where the group meets.</param>
/// <param name="Group">The group, which is the name of the database.</param>
/// <param name="Name">Who writes here.</param>
/// <param name="Folder">Where this device keeps its copy and its keys.</param>
/// <param name="Joins">Whether to ask for an invitation first.</param>
internal sealed record ChatOptions(Uri Endpoint, string Group, string Name, string Folder, bool Joins)
{
    public const string Usage = """
        chat ENDPOINT --group NAME --as NAME [--folder DIR] [--join]

          chat http://127.0.0.1:8787 --group friends --as alice            begins the group; typing /invite prints an invitation
          chat http://127.0.0.1:8787 --group friends --as bob --join       asks for the invitation and its passphrase
        """;

    /// <summary>Reads it; null when it is not understood.</summary>
    public static ChatOptions? Read(string[] arguments)
    {
        string? endpoint = null, group = null, name = null, folder = null;
        bool joins = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--join":
                    joins = true;
                    break;
                case "--group" when i + 1 < arguments.Length:
                    group = arguments[++i];
                    break;
                case "--as" when i + 1 < arguments.Length:
                    name = arguments[++i];
                    break;
                case "--folder" when i + 1 < arguments.Length:
                    folder = arguments[++i];
                    break;
                case { } text when endpoint is null && !text.StartsWith('-'):
                    endpoint = text;
                    break;
                default:
                    return null;
            }
        }

        bool isNamed = name is { Length: > 0 and <= 40 } && name.All(char.IsAsciiLetterOrDigit);
        return group is not null && isNamed && Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? new ChatOptions(new Uri(endpoint!), group, name!, folder ?? $"chat-{name}", joins)
            : null;
    }
}
