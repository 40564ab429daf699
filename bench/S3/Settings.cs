using System.Globalization;

namespace FireproofBench.S3Bench;

/// <summary>What a run is asked for.</summary>
internal sealed record Settings
{
    /// <summary>The folder for the table; null for the terminal only.</summary>
    public string? Out { get; init; }

    /// <summary>Rounds of each side, for each operation and length.</summary>
    public int Rounds { get; init; } = 7;

    /// <summary>How long a round lasts, in seconds.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>How many requests are under way at once.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Length of the large object, in bytes.</summary>
    public long Bytes { get; init; } = 1L << 30;

    /// <summary>The side of a memory measurement, in the process that makes it: s3 or webdav; null for the whole run.</summary>
    public string? Memory { get; init; }

    /// <summary>Reads <c>--name value</c> pairs; null when they are none.</summary>
    public static Settings? Read(string[] args)
    {
        Settings settings = new();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            CultureInfo culture = CultureInfo.InvariantCulture;
            Settings? with = args[i] switch
            {
                "--out" when value.Length > 0 => settings with { Out = value },
                "--memory" when value is "s3" or "webdav" => settings with { Memory = value },
                "--rounds" when int.TryParse(value, culture, out int rounds) && rounds > 0 => settings with { Rounds = rounds },
                "--seconds" when double.TryParse(value, culture, out double seconds) && seconds > 0 => settings with { Seconds = seconds },
                "--concurrency" when int.TryParse(value, culture, out int concurrency) && concurrency > 0 => settings with { Concurrency = concurrency },
                "--bytes" when long.TryParse(value, culture, out long bytes) && bytes > 0 => settings with { Bytes = bytes },
                _ => null,
            };
            if (with is null)
                return null;
            settings = with;
        }

        return settings;
    }
}
