using FireproofBench.Simulation.Network;
using Xunit;

namespace FireproofBench.Properties.Simulation.Network;

/// <summary>Which copies are damaged, and when, follows from the seed alone.</summary>
public sealed class DamagedCopiesTests
{
    private static readonly string[] s_files = [.. Enumerable.Range(0, 300).Select(static number => $"data/{number}.car")];

    [Fact]
    public void The_same_files_are_damaged_in_the_same_place_as_long_as_it_lasts_and_then_none_is()
    {
        VirtualWorld world = new();
        DamagedCopies copies = new(7, "A 0", world.Time);
        (int First, int Later, int Next) damaged = world.Run(
            async _ =>
            {
                string first = Damage(copies);
                await Task.Delay(TimeSpan.FromSeconds(7), world.Time, CancellationToken.None);
                Assert.Equal(first, Damage(copies));
                await Task.Delay(TimeSpan.FromSeconds(2), world.Time, CancellationToken.None);
                string later = Damage(copies);
                await Task.Delay(TimeSpan.FromSeconds(12), world.Time, CancellationToken.None);
                string next = Damage(copies);
                Assert.NotEqual(first, next);
                return (Count(first), Count(later), Count(next));
            },
            CancellationToken.None);
        Assert.InRange(damaged.First, 70, 130);
        Assert.Equal(0, damaged.Later);
        Assert.InRange(damaged.Next, 70, 130);
    }

    [Fact]
    public void Each_way_has_copies_of_its_own()
    {
        VirtualWorld world = new();
        Assert.NotEqual(Damage(new DamagedCopies(7, "A 0", world.Time)), Damage(new DamagedCopies(7, "B 0", world.Time)));
    }

    private static string Damage(DamagedCopies copies) => string.Join(' ', s_files.Select(file => copies.Find(file) is { } dice ? dice.Hex(4) : "-"));

    private static int Count(string damage) => damage.Split(' ').Count(static file => file != "-");
}
