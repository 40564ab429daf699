using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Gateways;

/// <summary>Keys with the lengths of their objects; no key is a folder of another.</summary>
public sealed record KeySet(ImmutableDictionary<string, int> Lengths)
{
    /// <summary>Some start of some key, or a text that starts none.</summary>
    public string PrefixOf(byte seed)
    {
        if (Lengths.IsEmpty || seed % 8 == 7)
            return seed % 16 == 7 ? "zz/" : "";
        string key = Lengths.Keys.Order(StringComparer.Ordinal).ElementAt(seed % Lengths.Count);
        int length = seed % (key.Length + 1);

        // Half a surrogate pair has no bytes to compare.
        return length > 0 && char.IsHighSurrogate(key[length - 1]) ? key[..(length - 1)] : key[..length];
    }
}

/// <summary>Generates key sets whose order by bytes differs from that by segments and by UTF-16: '-' and '.' before '/', '0' after it, and letters beyond U+FFFF.</summary>
public static class KeySets
{
    private static readonly string[] _segments = ["a", "b", "a-", "a.", "a0", "0", "-", "ab", "z", "\u00e9", "\ufb00", "\U0001f600", "A", "a b", "~"];

    public static Arbitrary<KeySet> Sets()
    {
        Gen<string> key = Gen.Choose(1, 3).SelectMany(depth => Gen.Elements(_segments).ArrayOf(depth)).Select(parts => string.Join('/', parts));
        return key.ListOf().Select(keys =>
        {
            Dictionary<string, int> lengths = new(StringComparer.Ordinal);
            foreach (string candidate in keys)
            {
                if (!lengths.Keys.Any(k => k.StartsWith(candidate + "/", StringComparison.Ordinal) || candidate.StartsWith(k + "/", StringComparison.Ordinal)))
                    lengths[candidate] = lengths.Count;
            }

            return new KeySet(lengths.ToImmutableDictionary(StringComparer.Ordinal));
        }).ToArbitrary();
    }
}
