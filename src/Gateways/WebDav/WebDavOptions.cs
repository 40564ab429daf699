namespace FireproofBench.Gateways.WebDav;

/// <summary>A folder of a WebDAV server, and how to use it.</summary>
public sealed record WebDavOptions
{
    /// <summary>The folder: http or https, a path, no user, no query.</summary>
    public required Uri Address { get; init; }

    /// <summary>The user for basic authentication; null for none. Not with a colon.</summary>
    public string? User { get; init; }

    /// <summary>The user's password. It appears in no message.</summary>
    public string? Password { get; init; }

    /// <summary>Whether the folder is made, with those above it, when it is not there. Otherwise that is an error.</summary>
    public bool Create { get; init; }

    /// <summary>Whether objects are written under a temporary name and then moved: true, false, or null to find out what the server needs.</summary>
    public bool? MoveIntoPlace { get; init; }

    /// <summary>How long nothing may move on a connection before the call fails.</summary>
    public TimeSpan IdlePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The settings without the password.</summary>
    public override string ToString() => $"{Address.Scheme}://{Address.Authority}{Address.AbsolutePath}";
}
