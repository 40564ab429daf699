using System.Net;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>User and password for WebDAV servers, from the environment: the command line is for everybody on the machine to read.</summary>
internal static class WebDavCredentials
{
    /// <summary>The variable with the user.</summary>
    public const string UserVariable = "FIREPROOFBENCH_DAV_USER";

    /// <summary>The variable with the password.</summary>
    public const string PasswordVariable = "FIREPROOFBENCH_DAV_PASSWORD";

    /// <summary>Reads them; null when there is no user.</summary>
    /// <exception cref="UsageException">The user holds a colon, which basic authentication cannot send.</exception>
    public static NetworkCredential? Read()
    {
        if (Environment.GetEnvironmentVariable(UserVariable) is not { Length: > 0 } user)
            return null;
        return user.Contains(':', StringComparison.Ordinal)
            ? throw new UsageException($"{UserVariable}: a user holds no colon.")
            : new NetworkCredential(user, Environment.GetEnvironmentVariable(PasswordVariable) ?? "");
    }
}
