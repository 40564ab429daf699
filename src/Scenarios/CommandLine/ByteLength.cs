using System.Globalization;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A length as people write it: <c>512</c>, <c>4KiB</c>, <c>500MB</c>, <c>2GiB</c>.</summary>
internal static class ByteLength
{
    private static readonly (string Unit, long Factor)[] s_units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1)];

    /// <summary>Reads it, in bytes.</summary>
    public static bool TryParse(string text, out long length)
    {
        (string unit, long factor) = Array.Find(s_units, unit => text.EndsWith(unit.Unit, StringComparison.Ordinal)) is { Unit: not null } found ? found : ("", 1);
        bool isNumber = double.TryParse(text[..^unit.Length].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * factor < long.MaxValue / 2;
        length = isNumber ? (long)(number * factor) : 0;
        return isNumber;
    }
}
