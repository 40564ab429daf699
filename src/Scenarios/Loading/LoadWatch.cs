using System.Globalization;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Scenarios.CommandLine;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Shows a run while it goes on, and writes what it measures: one line that is written over on a terminal, one line every ten seconds elsewhere.</summary>
/// <param name="terminal">Where lines go.</param>
/// <param name="folder">Takes the results; null for nowhere.</param>
/// <param name="duration">How long the measured part is to be.</param>
internal sealed class LoadWatch(Terminal terminal, LoadFolder? folder, TimeSpan duration) : ILoadObserver
{
    private static readonly TimeSpan s_quietly = TimeSpan.FromSeconds(10);

    // Between the preparation and the first arrival.
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(100);
    private TimeSpan? _told;
    private int _share = -1;

    /// <summary>Why results can no longer be written; null when they can. What was written before stays.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public void Preparing(string what, double? share)
    {
        int percent = (int)((share ?? 0) * (terminal.ErrorIsTerminal ? 100 : 4));
        lock (terminal)
        {
            if (percent == _share)
                return;
            _share = percent;
            Show(share is { } known ? string.Create(CultureInfo.InvariantCulture, $"prepares: {what}, {known * 100:0} %") : $"prepares: {what}");
        }
    }

    /// <inheritdoc/>
    public void Ended(IntervalRow row)
    {
        Keep(() => folder?.Add(row));
        if (row.Length < s_short)
            return;
        if (terminal.ErrorIsTerminal || _told is null || row.At - _told >= s_quietly || row.Anomalies.Count > 0)
        {
            _told = row.At;
            Show(LoadText.Line(row, duration));
        }
    }

    /// <inheritdoc/>
    public void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals) => Keep(() => folder?.Add(step, at, length, totals));

    /// <summary>Ends the line that was written over.</summary>
    public void Clear()
    {
        if (terminal.ErrorIsTerminal)
            terminal.Error.Write("\r\u001b[K");
    }

    private void Show(string line)
    {
        terminal.Error.Write(terminal.ErrorIsTerminal ? $"\r\u001b[K{line}" : line + Environment.NewLine);
        terminal.Error.Flush();
    }

    private void Keep(Action write)
    {
        if (Failure is not null)
            return;
        try
        {
            write();
        }
        catch (IOException failure)
        {
            Failure = $"the results could not be written any more: {failure.Message}";
        }
    }
}
