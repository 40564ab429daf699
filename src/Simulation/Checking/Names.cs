using FireproofBench.Engine.Blocks;

namespace FireproofBench.Simulation.Checking;

/// <summary>Content ids as people can tell them apart: their last six characters.</summary>
internal static class Names
{
    private const int Shown = 6;

    /// <summary>The end of a content id.</summary>
    public static string Of(Cid cid) => cid.IsDefined ? "…" + cid.ToString()[^Shown..] : "nothing";

    /// <summary>The ends of several.</summary>
    public static string Of(IEnumerable<Cid> cids) => "{" + string.Join(' ', cids.Select(Of)) + "}";

    /// <summary>A line with an id and the end of its content id.</summary>
    public static string OfLine(string? line) => line is null ? "nothing of that" : line.Length > Cid.TextLength ? line[..^Cid.TextLength] + "…" + line[^Shown..] : line;
}
