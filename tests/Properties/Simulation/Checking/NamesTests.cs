using FireproofBench.Engine.Blocks;
using FireproofBench.Simulation.Checking;
using Xunit;

namespace FireproofBench.Properties.Simulation.Checking;

public sealed class NamesTests
{
    private static readonly Cid s_cid = Cid.Of(CidCodec.Raw, "red"u8);
    private static readonly Cid s_other = Cid.Of(CidCodec.Raw, "blue"u8);

    [Fact]
    public void A_content_id_is_shown_by_its_last_six_characters() => Assert.Equal("…" + s_cid.ToString()[53..], Names.Of(s_cid));

    [Fact]
    public void No_content_id_is_nothing() => Assert.Equal("nothing", Names.Of(default(Cid)));

    [Fact]
    public void Several_are_shown_in_their_order()
    {
        Assert.Equal($"{{{Names.Of(s_cid)} {Names.Of(s_other)}}}", Names.Of([s_cid, s_other]));
        Assert.Equal("{}", Names.Of([]));
    }

    [Fact]
    public void Of_a_line_the_id_is_shown_whole()
    {
        Assert.Equal($"colour {Names.Of(s_cid)}", Names.OfLine($"colour {s_cid}"));
        Assert.Equal("colour", Names.OfLine("colour"));
        Assert.Equal("nothing of that", Names.OfLine(null));
    }
}
