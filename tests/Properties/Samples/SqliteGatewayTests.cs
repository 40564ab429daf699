using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Samples;

/// <summary>The example for authors of gateways. What it does with a store, its own tests say.</summary>
public sealed class SqliteGatewayTests
{
    private const string Source = "samples/SqliteGateway.Tests/SqliteConformance.cs";

    [Fact]
    public async Task The_author_s_test_has_fewer_than_30_lines_and_stands_in_the_readme()
    {
        string[] lines = await File.ReadAllLinesAsync(SourceTree.At(Source), TestContext.Current.CancellationToken);
        Assert.True(lines.Length < 30, $"{lines.Length} lines");
        string readme = await File.ReadAllTextAsync(SourceTree.At("README.md"), TestContext.Current.CancellationToken);
        Assert.Contains(string.Join('\n', lines), readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
