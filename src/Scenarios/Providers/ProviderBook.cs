using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FireproofBench.Scenarios.Providers;

/// <summary>All providers of which something is publicly known.</summary>
internal static class ProviderBook
{
    private static readonly Lazy<ProviderFile> s_file = new(Load);

    /// <summary>The day the facts were looked up.</summary>
    public static string Gathered => s_file.Value.Gathered;

    /// <summary>The providers, in the order of the file.</summary>
    public static ImmutableArray<KnownProvider> All => s_file.Value.Providers;

    /// <summary>The provider of an id in any letter case; null when nobody has it.</summary>
    public static KnownProvider? Find(string id) => All.FirstOrDefault(p => p.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Ids that look like one that nobody has: those that hold it or are held by it, share a word with it, or differ in a few letters; best first.</summary>
    public static ImmutableArray<string> Near(string id)
    {
        string wanted = id.ToLowerInvariant();
        return
        [
            .. All.Select(p => (p.Id, Distance: Distance(wanted, p))).Where(p => p.Distance <= Math.Max(2, wanted.Length / 3))
                .OrderBy(p => p.Distance).ThenBy(p => p.Id, StringComparer.Ordinal).Select(p => p.Id).Take(3),
        ];
    }

    /// <summary>The provider of an endpoint's host; null for a host of nobody's. Of several patterns that fit, the longest counts.</summary>
    public static KnownProvider? OfHost(string host) =>
        All.SelectMany(p => p.Recognise.Hosts.Select(h => (Provider: p, Pattern: h))).Where(h => Fits(h.Pattern, host))
            .OrderByDescending(h => h.Pattern.Length).Select(h => h.Provider).FirstOrDefault();

    /// <summary>The provider whose name stands in what a gateway tells of its store; null for none.</summary>
    public static KnownProvider? OfName(string told) =>
        All.FirstOrDefault(p => p.Recognise.Names.Any(n => Regex.IsMatch(told, $@"\b{Regex.Escape(n)}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)));

    /// <summary>The provider of a file system, by the name that the operating system gives it; null for none.</summary>
    public static KnownProvider? OfFileSystem(string format) =>
        All.FirstOrDefault(p => p.Recognise.FileSystems.Contains(format, StringComparer.OrdinalIgnoreCase));

    private static bool Fits(string pattern, string host) => Regex.IsMatch(
        host, $"^{Regex.Escape(pattern).Replace("\\*", ".+", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static int Distance(string wanted, KnownProvider provider)
    {
        string[] words = [provider.Id, .. provider.Id.Split('-').Where(w => w.Length > 1)];
        return words.Min(w => (wanted.Length > 1 && (w.Contains(wanted, StringComparison.Ordinal) || wanted.Contains(w, StringComparison.Ordinal))) ? 1 : Edits(wanted, w))
            - (provider.Id.StartsWith(wanted, StringComparison.Ordinal) ? 1 : 0);
    }

    // Levenshtein's distance, a row at a time.
    private static int Edits(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = corner + (from[i - 1] == to[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }

    private static ProviderFile Load()
    {
        using Stream resource = typeof(ProviderBook).Assembly.GetManifestResourceStream("providers.json")!;
        return JsonSerializer.Deserialize(resource, ProviderJson.Default.ProviderFile)!;
    }
}
