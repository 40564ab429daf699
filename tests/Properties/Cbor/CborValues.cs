using FireproofBench.Engine.Blocks;
using FsCheck;
using FsCheck.Fluent;

namespace FireproofBench.Properties.Cbor;

/// <summary>Generates values of the data model: the edges of every head length, text of several scripts, links, nesting.</summary>
public static class CborValues
{
    private static readonly double[] _numbers =
    [
        0.5, -1.5, 1e300, double.Epsilon, -0.0, 1.0, double.MaxValue, float.MaxValue, 65504, 1L << 53, -(1L << 53), (1L << 53) - 1, 0.1, 1e-7,
    ];

    private static readonly string[] _texts = ["", "a", "bb", "é", "日本語", "👍🏽", "\0", "\u007f\u0080\u07ff\u0800\uffff", new('x', 23), new('x', 24), new('x', 256), "z", "aaa"];

    public static Arbitrary<CborValue> Values() => Arb.From(
        Gen.Sized(static size => Tree(Math.Min(size, 40))).Select(static tree => new CborValue(tree)),
        static value => Shrink(value.Tree).Select(static tree => new CborValue(tree)));

    private static Gen<object?> Tree(int size)
    {
        if (size <= 1)
            return Leaf();
        Gen<object?> inner = Tree(size / 3);
        Gen<object?> list = Gen.Choose(0, Math.Min(size, 30)).SelectMany(count => inner.ArrayOf(count)).Select(static items => (object?)items.ToList());
        Gen<object?> map = Gen.Choose(0, Math.Min(size, 8))
            .SelectMany(count => Gen.Zip(Text(), inner).ArrayOf(count))
            .Select(static pairs => (object?)pairs.DistinctBy(static pair => pair.Item1).ToDictionary(static pair => pair.Item1, static pair => pair.Item2));
        return Gen.Frequency((2, Leaf()), (2, list), (3, map));
    }

    private static Gen<object?> Leaf() => Gen.OneOf(
        Gen.Elements<object?>(null, true, false),
        Integer().Select(static integer => (object?)integer),
        Gen.Elements(_numbers).Select(static number => (object?)number),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(static number => (object?)number.Item),
        Text().Select(static text => (object?)text),
        Bytes(0, 300).Select(static bytes => (object?)bytes),
        Link().Select(static link => (object?)link),
        Bytes(1, 20).Select(static digest => (object?)new ForeignLink("0170" + "13" + digest.Length.ToString("x2", null) + Convert.ToHexStringLower(digest))));

    private static Gen<Int128> Integer() => Gen.OneOf(
        Gen.Choose(-30, 300).Select(static small => (Int128)small),
        Gen.Zip(Gen.Choose(0, 63), Gen.Choose(-2, 2)).Select(static edge => Int128.Clamp(((Int128)1 << edge.Item1) + edge.Item2, -((Int128)1 << 64), ulong.MaxValue)),
        Gen.Zip(Gen.Choose(0, 64), Gen.Choose(-2, 2)).Select(static edge => Int128.Clamp(-((Int128)1 << edge.Item1) + edge.Item2, -((Int128)1 << 64), ulong.MaxValue)),
        Gen.Constant((Int128)ulong.MaxValue));

    private static Gen<string> Text() => Gen.OneOf(
        Gen.Elements(_texts),
        Gen.Choose(0, 12).SelectMany(static count => Gen.Choose(0x20, 0x7e).ArrayOf(count)).Select(static codes => string.Concat(codes.Select(static code => (char)code))));

    private static Gen<byte[]> Bytes(int least, int most) =>
        Gen.Choose(least, most).SelectMany(static count => Gen.Choose(0, 255).ArrayOf(count)).Select(static bytes => bytes.Select(static value => (byte)value).ToArray());

    private static Gen<Cid> Link() => Gen.Zip(Gen.Elements(CidCodec.Car, CidCodec.Raw, CidCodec.DagCbor), Gen.Choose(0, 1000))
        .Select(static pair => Cid.Of(pair.Item1, BitConverter.GetBytes(pair.Item2)));

    private static IEnumerable<object?> Shrink(object? tree) => tree switch
    {
        List<object?> list => list.Concat(list.Select((_, left) => (object?)list.Where((_, index) => index != left).ToList())),
        Dictionary<string, object?> map => map.Values.Concat(
            map.Keys.Select(left => (object?)map.Where(pair => pair.Key != left).ToDictionary(static pair => pair.Key, static pair => pair.Value))),
        _ => [],
    };
}
