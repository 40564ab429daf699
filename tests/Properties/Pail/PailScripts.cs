using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Pail;

/// <summary>Generates keys that share prefixes as much as keys can: two or three letters, one to six of them, and chains of one letter.</summary>
public static class PailScripts
{
    private static readonly Gen<string> _key = Gen.Frequency(
        (6, Letters("ab", 6)),
        (4, Letters("abc", 4)),
        (2, Gen.Choose(1, 14).Select(static length => new string('a', length))),
        (1, Letters(" ~-_09", 5)),
        (1, Gen.Choose(0, 30).Select(static number => "doc-" + number.ToString("d4", null))));

    public static Arbitrary<PailKeyText> Keys() => Arb.From(_key.Select(static text => new PailKeyText(text)));

    public static Arbitrary<PailScript> Scripts() => Arb.From(
        Gen.Sized(static size => Gen.Choose(0, size + 2).SelectMany(static count => Step().ArrayOf(count))).Select(static steps => new PailScript(steps)),
        static script => Enumerable.Range(0, script.Steps.Count).Select(left => new PailScript([.. script.Steps.Where((_, index) => index != left)])));

    private static Gen<PailStep> Step() => Gen.Frequency(
        (6, Put().Select(static put => new PailStep(false, [put]))),
        (2, _key.Select(static key => new PailStep(true, [(key, 0)]))),
        (2, Gen.Choose(0, 12).SelectMany(static count => Put().ArrayOf(count)).Select(static puts => new PailStep(false, puts))));

    private static Gen<(string Key, int Value)> Put() => Gen.Zip(_key, Gen.Choose(0, 5)).Select(static pair => (pair.Item1, pair.Item2));

    private static Gen<string> Letters(string alphabet, int most) =>
        Gen.Choose(1, most).SelectMany(length => Gen.Elements(alphabet.ToCharArray()).ArrayOf(length)).Select(static letters => new string(letters));
}
