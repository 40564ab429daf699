using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.Http;
using Xunit;

namespace FireproofBench.Properties.Shell;

/// <summary>Two stores that are brought together on the command line, and what it says when one of them is not there: <c>sync</c>.</summary>
public sealed class SyncVerbTests : IDisposable
{
    private readonly ShellFolder _here = new();

    public void Dispose() => _here.Dispose();

    [Fact]
    public async Task Where_no_endpoint_answers_the_address_of_the_remote_is_to_blame()
    {
        await _here.BeginAsync();
        await using FakeServer other = new("404 Not Found");
        string address = other.Address.ToString().TrimEnd('/');

        ShellResult refused = await _here.DbAsync("sync", [address]);

        Assert.Equal((2, ""), (refused.Exit, refused.Output));
        Assert.Contains("404", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"{address} is not there, or keeps no databases", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no database", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_neither_side_has_the_database_both_are_named_and_nothing_is_made()
    {
        ShellResult refused = await _here.DbAsync("sync", [_here.At("remote")]);

        Assert.Equal((2, ""), (refused.Exit, refused.Output));
        Assert.Contains($"There is no database '{Fixture.DatabaseName}' at {_here.Store}, nor at {_here.At("remote")}", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_here.Store) || Directory.Exists(_here.At("remote")));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_made()
    {
        await _here.BeginAsync();
        Assert.Equal(0, (await _here.DbAsync("sync", [_here.At("remote", "below")])).Exit);
        Assert.Equal(0, (await _here.DbAsync("sync", [_here.At("remote", "below")])).Exit);
        Assert.True(Directory.Exists(_here.At("remote", "below", Fixture.DatabaseName)));
    }
}
