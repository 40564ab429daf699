using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Crdt;

/// <summary>Generates histories of two to five replicas that write few keys with shared prefixes, overwrite, delete and hear from each other.</summary>
public static class CrdtHistories
{
    private static readonly string[] _keys = ["a", "ab", "abc", "abd", "b", "ba", "c"];

    public static Arbitrary<CrdtHistory> Histories() => Arb.From(
        Gen.Zip(Gen.Choose(2, 5), Gen.Choose(1, 24)).SelectMany(static size => Step(size.Item1).ArrayOf(size.Item2).Select(steps => new CrdtHistory(size.Item1, steps))),
        static history => Enumerable.Range(0, history.Steps.Count)
            .Select(left => history with { Steps = [.. history.Steps.Where((_, index) => index != left)] }));

    private static Gen<CrdtStep> Step(int replicas)
    {
        Gen<int> one = Gen.Choose(0, replicas - 1);
        Gen<(string Key, int Value)> put = Gen.Zip(Gen.Elements(_keys), Gen.Choose(0, 4)).Select(static pair => (pair.Item1, pair.Item2));
        return Gen.Frequency(
            (6, Gen.Zip(one, put).Select(static pair => new CrdtStep(pair.Item1, -1, [pair.Item2]))),
            (1, Gen.Zip(one, Gen.Choose(1, 4).SelectMany(count => put.ArrayOf(count))).Select(static pair => new CrdtStep(pair.Item1, -1, pair.Item2))),
            (3, Gen.Zip(one, one).Select(static pair => new CrdtStep(pair.Item1, pair.Item2, []))));
    }
}
