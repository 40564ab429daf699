using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Layout;

/// <summary>Which names a database may have: one segment of a path, taken as it is.</summary>
internal static class DatabaseName
{
    /// <summary>Refuses a name that cannot be a folder of its own everywhere.</summary>
    /// <param name="name">The name.</param>
    /// <param name="reserved">A name that the gateway keeps for itself.</param>
    /// <exception cref="StorageException">InvalidName, with the reason; nothing was written.</exception>
    public static void Check(string name, string reserved)
    {
        if (Complaint(name, reserved) is { } complaint)
            throw new StorageException(StorageErrorKind.InvalidName, "open", ObjectKey.Printable(name), complaint);
    }

    private static string? Complaint(string name, string reserved)
    {
        if (name.Length == 0)
            return "the name of a database is not empty";
        if (name is "." or "..")
            return "the name of a database is not '.' or '..'";
        if (name.AsSpan().ContainsAny('/', '\\'))
            return "the name of a database holds no slash and no backslash";
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune))
                return "the name of a database holds no control characters";
        }

        if (name.Equals(reserved, StringComparison.OrdinalIgnoreCase))
            return $"'{reserved}' is kept for the gateway's own files";
        return ObjectKey.Complaint(name);
    }
}
