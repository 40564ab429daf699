using System.Collections.Immutable;
using FireproofBench.Load.Simulations;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class LoadPlanTextTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_plan_names_its_stretches_in_the_words_of_load_simulations()
    {
        ImmutableArray<LoadSimulation> read = LoadPlanText.Read("inject 200/s 30s; pause 500ms; ramping-inject 0/s 90/m 1m; keep-constant 16 2m; ramping-constant 1 64 1h");
        Assert.Equal(
            [
                new Inject(200, 30 * s_second),
                new Pause(0.5 * s_second),
                new RampingInject(0, 1.5, 60 * s_second),
                new KeepConstant(16, 120 * s_second),
                new RampingConstant(1, 64, 3600 * s_second),
            ],
            read);
        Assert.Equal(read, LoadPlanText.Read(LoadPlanText.Write(read)));
        LoadPlan plan = new(read);
        Assert.Equal(3810.5 * s_second, plan.Duration);
        Assert.Equal(64, plan.MostCopies);
        Assert.True(plan.HasArrivals);
    }

    [Theory]
    [InlineData("", "the plan is empty")]
    [InlineData("inject 200 30s", "'200' is no rate such as 200/s")]
    [InlineData("inject 200/s 30", "'30' is no duration such as 500ms")]
    [InlineData("inject 0/s 30s", "'0/s' is no load")]
    [InlineData("inject -5/s 30s", "'-5/s' is no rate")]
    [InlineData("inject 2000000/s 30s", "is not between 0 and 1,000,000 a second")]
    [InlineData("inject 5/s 0s", "'0s' is not above zero")]
    [InlineData("inject 5/s 9999h", "at most 7 days")]
    [InlineData("keep-constant 10001 30s", "is no whole number of copies up to 10,000")]
    [InlineData("keep-constant 0 30s", "'0' is no load")]
    [InlineData("ramping-constant 0 0 30s", "from nothing to nothing")]
    [InlineData("storm 5/s 30s", "none of 'inject RATE DURATION'")]
    [InlineData("inject NaN/s 30s", "'NaN/s' is no rate")]
    [InlineData("pause 1s; inject", "'inject': it is none of")]
    public void What_is_no_plan_is_refused_with_the_stretch_and_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => LoadPlanText.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_warm_up_is_as_the_first_stretch_is_at_its_start()
    {
        Assert.Equal(new Inject(50, s_second), First(new RampingInject(50, 500, 9 * s_second)));
        Assert.Equal(new Pause(s_second), First(new RampingInject(0, 500, 9 * s_second)));
        Assert.Equal(new KeepConstant(4, s_second), First(new KeepConstant(4, 9 * s_second)));
        Assert.Equal(new KeepConstant(2, s_second), First(new RampingConstant(2, 4, 9 * s_second)));

        static LoadSimulation First(LoadSimulation simulation) => new LoadPlan([simulation], s_second).All.First();
    }
}
