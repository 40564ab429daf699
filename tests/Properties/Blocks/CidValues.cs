using FireproofBench.Engine.Blocks;
using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Blocks;

/// <summary>Generates content ids: digests at random, and digests that differ in one place only.</summary>
public static class CidValues
{
    public static Arbitrary<Cid> Cids() => Arb.From(Gen.Zip(
        Gen.Elements(CidCodec.Car, CidCodec.Raw, CidCodec.DagCbor),
        Gen.OneOf(
            Gen.Choose(0, 255).ArrayOf(32),
            Gen.Zip(Gen.Choose(0, 31), Gen.Choose(0, 255)).Select(static one => Enumerable.Range(0, 32).Select(i => i == one.Item1 ? one.Item2 : 0).ToArray())))
        .Select(static pair => Cid.FromDigest(pair.Item1, [.. pair.Item2.Select(static value => (byte)value)])));
}
