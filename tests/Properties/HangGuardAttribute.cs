using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using FireproofBench.Properties;
using Xunit;
using Xunit.v3;

[assembly: HangGuard]

namespace FireproofBench.Properties;

/// <summary>
/// Ends what would never end. A test that takes longer than ten minutes is cancelled; when no test has begun or ended for a while after that, one of them does not
/// heed its token: it is named, and the whole run ends.
/// </summary>
/// <remarks>FIREPROOFBENCH_TEST_MINUTES gives tests more time, for those that are made large by other variables.</remarks>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class HangGuardAttribute : BeforeAfterTestAttribute
{
    private const int HungExit = 70;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(
        Environment.GetEnvironmentVariable("FIREPROOFBENCH_TEST_MINUTES") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 10);

    private static readonly TimeSpan _grace = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentDictionary<string, (string Name, Timer Deadline)> _running = new(StringComparer.Ordinal);
    private static readonly Timer _silence = new(static _ => GiveUp());

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ITestContext context = TestContext.Current;
        Timer deadline = new(_ => context.CancelCurrentTest());
        _running[test.UniqueID] = (test.TestDisplayName, deadline);
        _ = deadline.Change(_patience, Timeout.InfiniteTimeSpan);
        _ = _silence.Change(_patience + _grace, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out (string Name, Timer Deadline) ended))
            ended.Deadline.Dispose();
        _ = _silence.Change(_patience + _grace, Timeout.InfiniteTimeSpan);
    }

    private static void GiveUp()
    {
        string hung = _running.IsEmpty ? "something between two tests" : string.Join(", ", _running.Values.Select(static test => test.Name));
        Console.Error.WriteLine($"the run is given up, since nothing has moved for {_patience + _grace}: {hung}");
        Environment.Exit(HungExit);
    }
}
