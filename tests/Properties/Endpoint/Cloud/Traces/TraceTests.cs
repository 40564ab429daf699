using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>What devices of the reference engine once said to a server of their protocol, said to the endpoint: it answers as that server did.</summary>
public sealed class TraceTests
{
    public static TheoryData<string> Traces => [.. Trace.Names];

    [Theory]
    [MemberData(nameof(Traces))]
    public async Task What_clients_said_once_is_answered_as_it_was_then(string name)
    {
        Trace trace = Trace.Read(name);
        await using Replay replay = new(trace);
        await replay.RunAsync();

        // All that the recorded server did was compared, and all that is said to be otherwise was.
        Assert.Equal(trace.Entries.Count(static entry => entry is { Message: not null, IsFromClient: false } or { Message: null, Way: "http" } or { Event: "discarded" }), replay.Compared);
        Assert.Equal(
            TraceDifferences.All.Where(difference => trace.Entries.Any(entry => entry.Trace == difference.Trace)),
            TraceDifferences.All.Where(replay.Found.Contains));
    }

    [Fact]
    public void All_recordings_are_there_and_each_difference_is_of_one_of_them()
    {
        Assert.Equal(40, Trace.Names.Length);
        Assert.All(TraceDifferences.All, static difference => Assert.Contains(difference.Trace, Trace.Names));
    }
}
