namespace FireproofBench.Scenarios.Shell;

/// <summary>Tells on a terminal how long work goes on: one line that is written over, at most five times a second. Says nothing elsewhere.</summary>
internal sealed class ShellProgress(TextWriter error, bool isTerminal, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private long _last = time.GetTimestamp();
    private bool _shown;

    /// <summary>Shows where the work is.</summary>
    /// <param name="text">Asked for only when it is shown.</param>
    public void Tell(Func<string> text)
    {
        if (!isTerminal || time.GetElapsedTime(_last) < s_pause)
            return;
        _last = time.GetTimestamp();
        _shown = true;
        error.Write($"\r\u001b[K{text()}");
        error.Flush();
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (!_shown)
            return;
        _shown = false;
        error.Write("\r\u001b[K");
        error.Flush();
    }
}
