using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Names that change on their way.</summary>
internal static class NameFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("suffix lost in listings", () => new InterceptedStore { OnList = ListWithoutSuffixAsync }, "NAM-01"),
        new("segment cut at 50 characters", () =>
            InterceptedStore.Renaming(k => string.Join('/', k.Split('/').Select(s => s.Length > 50 ? s[..50] : s))), "NAM-01"),
        new("case folding", () => InterceptedStore.Renaming(Folded), "NAM-02"),
        new("composes accents", () => InterceptedStore.Renaming(k =>
            k.Replace("e\u0301", "\u00e9", StringComparison.Ordinal).Replace("A\u030a", "\u00c5", StringComparison.Ordinal)), "NAM-03"),
        new("plus becomes space", () => InterceptedStore.Renaming(k => k.Replace('+', ' ')), "NAM-04"),
        new("percent decoded once more", () => InterceptedStore.Renaming(Uri.UnescapeDataString), "NAM-04"),
        new("spaces trimmed", () => InterceptedStore.Renaming(k => string.Join('/', k.Split('/').Select(s => s.Trim()))), "NAM-04"),
        new("path resolved", () => InterceptedStore.Renaming(Resolved), "NAM-05"),
        new("backslash is slash", () => InterceptedStore.Renaming(k => k.Replace('\\', '/')), "NAM-05"),
        new("double slashes joined", () => InterceptedStore.Renaming(k => k.Replace("//", "/", StringComparison.Ordinal)), "NAM-05"),
        new("long names cut", () => InterceptedStore.Renaming(k => Encoding.UTF8.GetByteCount(k) > 250 ? k[..Math.Min(k.Length, 130)] : k), "NAM-06"),
        new("a long name is an outage", () =>
            new InterceptedStore { OnPut = (s, k, b, c, t) => k.Length > 400 ? throw new StorageException(StorageErrorKind.Corrupt, "put", k, "?")
                : s.PutAsync(k, b, c, t) }, "NAM-06"),
        new("control characters replaced", () => InterceptedStore.Renaming(k => string.Concat(k.Select(c => char.IsControl(c) && c != 0 ? '_' : c))), "NAM-07"),
    ];

    // Only what a check of its own looks at, so that the run's own prefix and the rest of the key stay as they are.
    private static string Folded(string key)
    {
        int at = key.IndexOf("NAM-02", StringComparison.Ordinal);
        return at < 0 ? key : key[..(at + 6)] + key[(at + 6)..].ToLowerInvariant();
    }

    private static string Resolved(string key)
    {
        List<string> segments = [];
        foreach (string segment in key.Split('/'))
        {
            if (segment == "..")
                segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
            else if (segment is not ("." or ""))
                segments.Add(segment);
        }

        return string.Join('/', segments);
    }

    private static async ValueTask<ListPage> ListWithoutSuffixAsync(IDataGateway store, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ListPage page = await store.ListAsync(prefix, after, limit, cancellation);
        return page with { Objects = [.. page.Objects.Select(o => o.Key.EndsWith(".car", StringComparison.Ordinal) ? o with { Key = o.Key[..^4] } : o)] };
    }
}
