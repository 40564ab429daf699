using System.Globalization;

namespace FireproofBench.Soak;

/// <summary>The command line.</summary>
/// <param name="Remotes">The URLs of the remote stores.</param>
/// <param name="Devices">How many processes.</param>
/// <param name="Minutes">How long they work.</param>
/// <param name="Pace">Milliseconds from one step of a device to its next, on average.</param>
/// <param name="Seed">Seed of what they do, and of when they are killed.</param>
/// <param name="Folder">Where the devices' folders and the key bag are.</param>
/// <param name="Device">Number of this process among the devices; null for the one that starts and judges them.</param>
/// <param name="Start">How often this device was started before.</param>
internal sealed record SoakOptions(IReadOnlyList<string> Remotes, int Devices, double Minutes, int Pace, int Seed, string Folder, int? Device, int Start)
{
    public const string Usage = "REMOTE [REMOTE…] [--devices 8] [--minutes 10] [--pace 100] [--seed N] [--folder DIR]";

    /// <summary>The database.</summary>
    public const string Database = "soak";

    /// <summary>Reads it; null when it is not understood.</summary>
    public static SoakOptions? Read(string[] arguments)
    {
        SoakOptions options = new([], 8, 10, 100, Random.Shared.Next(1, int.MaxValue), Path.Combine(Path.GetTempPath(), $"fireproofbench-soak-{Environment.ProcessId}"), null, 0);
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--devices" when int.TryParse(value, CultureInfo.InvariantCulture, out int devices):
                    options = options with { Devices = devices };
                    break;
                case "--minutes" when double.TryParse(value, CultureInfo.InvariantCulture, out double minutes):
                    options = options with { Minutes = minutes };
                    break;
                case "--pace" when int.TryParse(value, CultureInfo.InvariantCulture, out int pace):
                    options = options with { Pace = pace };
                    break;
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed):
                    options = options with { Seed = seed };
                    break;
                case "--device" when int.TryParse(value, CultureInfo.InvariantCulture, out int device):
                    options = options with { Device = device };
                    break;
                case "--start" when int.TryParse(value, CultureInfo.InvariantCulture, out int start):
                    options = options with { Start = start };
                    break;
                case "--folder" when value is not null:
                    options = options with { Folder = value };
                    break;
                case { } url when !url.StartsWith('-'):
                    options = options with { Remotes = [.. options.Remotes, url] };
                    continue;
                default:
                    return null;
            }

            i++;
        }

        return options.Remotes.Count > 0 && options.Devices > 0 && options.Pace > 0 ? options : null;
    }
}
