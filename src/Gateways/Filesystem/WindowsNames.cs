using System.Buffers;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>What Windows would store under another name or not as a file at all.</summary>
internal static class WindowsNames
{
    private static readonly SearchValues<char> _forbidden = SearchValues.Create("<>:\"|?*");

    private static readonly string[] _devices = ["con", "prn", "aux", "nul", "com", "lpt"];

    /// <summary>Refuses a key that Windows would change.</summary>
    /// <exception cref="StorageException">InvalidName.</exception>
    public static void Check(string key, string operation)
    {
        foreach (Range range in key.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> segment = key.AsSpan()[range];
            if (segment.ContainsAny(_forbidden) || segment.ContainsAnyInRange('\0', '\x1f') || segment[^1] is '.' or ' ' || IsDevice(segment))
                throw new StorageException(StorageErrorKind.InvalidName, operation, key, "Windows does not keep this name as it is");
        }
    }

    private static bool IsDevice(ReadOnlySpan<char> segment)
    {
        int dot = segment.IndexOf('.');
        ReadOnlySpan<char> stem = dot < 0 ? segment : segment[..dot];
        foreach (string device in _devices)
        {
            if (stem.StartsWith(device, StringComparison.OrdinalIgnoreCase) && stem.Length <= 4 && (stem.Length == 3 || char.IsAsciiDigit(stem[3])))
                return true;
        }

        return false;
    }
}
