using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using Xunit;

namespace FireproofBench.Properties.Gateways.Simulated;

public sealed class SimulatedUrlTests
{
    [Theory]
    [InlineData("sim:strong")]
    [InlineData("sim:eventual?lag=250ms")]
    [InlineData("sim:fault/V01?rate=0.1&lag=2s&seed=7&latency=5ms")]
    [InlineData("sim:oddity/K11?heads=objects")]
    public void A_profile_that_is_known_is_read_and_told_as_it_was_given(string profile) => Assert.Equal(profile, SimulatedUrl.Parse(profile).ToString());

    [Theory]
    [InlineData("sim:", "strong, eventual, fault/ID, oddity/ID")]
    [InlineData("sim:weak", "strong, eventual, fault/ID, oddity/ID")]
    [InlineData("sim:fault/V99", "V01, V02")]
    [InlineData("sim:oddity/V01", "K01, K02")]
    [InlineData("sim:strong?lag=5", "250ms, 5s or 2m")]
    [InlineData("sim:strong?lag=2000m", "at most a day")]
    [InlineData("sim:strong?rate=0", "above 0, at most 1")]
    [InlineData("sim:strong?rate=1.5", "above 0, at most 1")]
    [InlineData("sim:strong?colour=red", "lag=5s, rate=0.1")]
    public void What_nobody_knows_is_refused_with_what_there_is(string profile, string told)
    {
        StorageException refusal = Assert.Throws<StorageException>(() => SimulatedUrl.Parse(profile));
        Assert.Equal(StorageErrorKind.InvalidName, refusal.Kind);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }
}
