using System.Diagnostics;
using FireproofBench.Conformance.Histories;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Conformance.Histories;

public sealed class RegisterProperties
{
    [Property(Arbitrary = [typeof(RegisterSchedules)], MaxTest = 300)]
    public void The_history_of_a_real_register_is_accepted_by_every_checker(RegisterSchedule schedule)
    {
        History history = schedule.Run();
        Assert.True(RegisterLinearizability.Check(history).Holds);
        Assert.True(CrdtRegister.Check(history, TimeSpan.Zero).Holds);
        Assert.True(SessionGuarantees.Check(history, TimeSpan.Zero).Holds);
    }

    [Property(Arbitrary = [typeof(RegisterSchedules)], MaxTest = 500)]
    public void Small_histories_with_one_answer_changed_are_judged_as_by_trying_everything(RegisterSchedule schedule, int victim, int value)
    {
        History history = Mutated((schedule with { Calls = Math.Min(schedule.Calls, 7) }).Run(oneInLost: 4), victim, value);
        bool expected = BruteForce.IsLinearizable(history.Operations);
        HistoryJudgement judgement = RegisterLinearizability.Check(history);
        Assert.Equal((expected, (string?)null), (judgement.Holds, judgement.Undecided));
        if (judgement.Violation is { } violation)
        {
            Assert.False(BruteForce.IsLinearizable(violation.Window));
            Assert.Subset(history.Operations.ToHashSet(), violation.Window.ToHashSet());
        }

        // What no register can do a merging one may; never the other way round.
        if (CrdtRegister.Check(history, TimeSpan.Zero).Violation is { } stale)
            Assert.False(expected, stale.ToString());
        if (SessionGuarantees.Check(history, TimeSpan.Zero).Violation is { } session)
            Assert.False(expected, session.ToString());
    }

    [Property(Arbitrary = [typeof(RegisterSchedules)], MaxTest = 200)]
    public void The_evidence_of_a_stale_read_is_itself_a_violation_and_short(RegisterSchedule schedule)
    {
        History history = schedule.Run();
        long end = history.Operations.Where(static o => o.IsOk).Select(static o => o.Return).DefaultIfEmpty(0).Max();
        History stale = new([
            .. history.Operations,
            .. new HistorySketch().Put("x", "old", end + 1, end + 2).Put("x", "new", end + 3, end + 4).Get("y", "old", end + 5, end + 6).History.Operations,
        ]);
        HistoryViolation violation = RegisterLinearizability.Check(stale).Violation!;
        Assert.Equal(["old", "new", "old"], violation.Window.Select(static o => o.Value));
        Assert.NotNull(CrdtRegister.Check(stale, TimeSpan.Zero).Violation);
    }

    [Fact]
    public void Ten_thousand_operations_are_judged_within_the_steps_of_a_search()
    {
        History history = new RegisterSchedule(8, 10_000, 7).Run(oneInLost: 500);
        long start = Stopwatch.GetTimestamp();
        Assert.True(RegisterLinearizability.Check(history).Holds);
        TestContext.Current.TestOutputHelper?.WriteLine($"sound: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Operation read = history.Operations.Where(static o => o is { Kind: OperationKind.Get, Value: not null }).MaxBy(static o => o.Call)!;
        Operation first = history.Operations.Where(static o => o is { Kind: OperationKind.Put, IsOk: true }).MinBy(static o => o.Call)!;
        History broken = new(history.Operations.Replace(read, read with { Value = first.Value }));
        start = Stopwatch.GetTimestamp();
        HistoryJudgement judgement = RegisterLinearizability.Check(broken);
        TestContext.Current.TestOutputHelper?.WriteLine($"broken: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Assert.Null(judgement.Undecided);
        Assert.InRange(judgement.Violation!.Window.Length, 2, 6);
    }

    private static History Mutated(History history, int victim, int value)
    {
        int[] reads = [.. Enumerable.Range(0, history.Operations.Length).Where(i => history.Operations[i].Reads)];
        if (reads.Length == 0)
            return history;
        int at = reads[(int)((uint)victim % reads.Length)];
        string?[] values = [null, .. history.Operations.Where(static o => o.Kind == OperationKind.Put).Select(static o => o.Value)];
        Operation read = history.Operations[at];
        return new History(history.Operations.SetItem(
            at, read.Kind == OperationKind.Head ? read with { Found = !read.Found } : read with { Value = values[(int)((uint)value % values.Length)] }));
    }
}
