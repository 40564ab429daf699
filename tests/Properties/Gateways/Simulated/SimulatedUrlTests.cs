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
    [InlineData("sim:eventual?lag=1s&heads=single")]
    [InlineData("sim:eventual?lag=5s&replicas=3&push=dropped")]
    [InlineData("sim:fault/V05?replicas=5&skew=200ms&outages=10s&conditional=no&max-age=30s")]
    public void A_profile_that_is_known_is_read_and_told_as_it_was_given(string profile) => Assert.Equal(profile, SimulatedUrl.Parse(profile).ToString());

    [Theory]
    [InlineData("sim:", "unconditional, fault/ID, oddity/ID")]
    [InlineData("sim:weak", "unconditional, fault/ID, oddity/ID")]
    [InlineData("sim:fault/V99", "V01, V02")]
    [InlineData("sim:oddity/V01", "K01, K02")]
    [InlineData("sim:strong?lag=5", "250ms, 5s or 2m")]
    [InlineData("sim:strong?lag=2000m", "at most a day")]
    [InlineData("sim:strong?rate=0", "above 0, at most 1")]
    [InlineData("sim:strong?rate=1.5", "above 0, at most 1")]
    [InlineData("sim:strong?colour=red", "lag=5s, rate=0.1")]
    [InlineData("sim:strong?colour=red", "push=none|sound|twice|reordered|dropped")]
    [InlineData("sim:strong?replicas=0", "from 1 to 9")]
    [InlineData("sim:strong?replicas=10", "from 1 to 9")]
    [InlineData("sim:strong?skew=7", "250ms, 5s or 2m")]
    [InlineData("sim:strong?conditional=yes", "conditional=no")]
    [InlineData("sim:strong?push=loud", "none, sound, twice, reordered or dropped")]
    [InlineData("sim:strong?heads=objects&push=twice", "nobody who tells")]
    [InlineData("sim:strong?heads=single&push=twice", "nobody who tells")]
    [InlineData("sim:strong?heads=single&replicas=3", "holds conditions")]
    [InlineData("sim:unconditional?heads=single", "holds conditions")]
    public void What_nobody_knows_is_refused_with_what_there_is(string profile, string told)
    {
        StorageException refusal = Assert.Throws<StorageException>(() => SimulatedUrl.Parse(profile));
        Assert.Equal(StorageErrorKind.InvalidName, refusal.Kind);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sim:strong?latency=0s", 0)]
    [InlineData("sim:unconditional?latency=0s", 0)]
    [InlineData("sim:eventual?latency=0s", 5000)]
    [InlineData("sim:eventual?latency=0s&lag=2s&replicas=3", 4000)]
    [InlineData("sim:read-after-create?latency=0s&lag=2s", 2000)]
    [InlineData("sim:replicas?latency=0s&lag=1s", 2000)]
    [InlineData("sim:cdn?latency=0s&max-age=10s", 10_000)]
    [InlineData("sim:flapping?latency=0s&outages=10s", 15_000)]
    [InlineData("sim:strong?latency=10ms", 30)]
    public void An_address_says_when_its_store_has_settled(string address, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SimulatedUrl.Parse(address).SettlingTime);

    [Fact]
    public void Each_sound_profile_is_there_once_with_its_model()
    {
        Assert.Equal(StoreProfiles.Sound.Length, StoreProfiles.Sound.Distinct().Count());
        Assert.All(StoreProfiles.All, static profile => Assert.NotEmpty(profile.Model));
        Assert.All(StoreProfiles.Sound, static name => Assert.Null(SimulatedUrl.Parse($"sim:{name}").Fault));
    }
}
