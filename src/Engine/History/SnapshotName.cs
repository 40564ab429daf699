namespace FireproofBench.Engine.History;

/// <summary>Names of snapshots that are kept, and where each is stored: <c>snapshots/&lt;name&gt;</c> beside the data files.</summary>
internal static class SnapshotName
{
    /// <summary>Where all of them are.</summary>
    public const string Folder = "snapshots/";

    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 100;

    /// <summary>The key of a snapshot.</summary>
    /// <exception cref="ArgumentException">No snapshot can have this name.</exception>
    public static string KeyOf(string name)
    {
        bool fits = name.Length is > 0 and <= MaxLength && name[0] != '.' && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        return fits
            ? Folder + name
            : throw new ArgumentException($"The name of a snapshot has 1 to {MaxLength} letters and digits of ASCII, '-', '_' and '.', and does not begin with a '.'.", nameof(name));
    }
}
