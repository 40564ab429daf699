using System.Globalization;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Scenarios.CommandLine;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Shows a run while it goes on, and writes what it measures: a table that is drawn over on a terminal, one line every ten seconds elsewhere.</summary>
/// <param name="terminal">Where lines go.</param>
/// <param name="folder">Takes the results; null for nowhere.</param>
/// <param name="manifest">The run.</param>
internal sealed class LoadWatch(Terminal terminal, LoadFolder? folder, LoadManifest manifest) : ILoadObserver
{
    private static readonly TimeSpan s_quietly = TimeSpan.FromSeconds(10);

    // Between the preparation and the first arrival.
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(100);
    private readonly LoadTable _table = new($"{manifest.Scenario.Name} on {manifest.Provider}", manifest.Plan.Duration, manifest.Plan.HasArrivals);
    private TimeSpan? _told;
    private (string What, int Percent)? _preparing;

    // Lines of the table that are there now, to be drawn over.
    private int _drawn;

    /// <summary>Why results can no longer be written; null when they can. What was written before stays.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public void Preparing(string what, double? share)
    {
        int percent = (int)((share ?? 0) * (terminal.ErrorIsTerminal ? 100 : 4));
        lock (terminal)
        {
            if ((what, percent) == _preparing)
                return;
            _preparing = (what, percent);
            Show(share is { } known ? string.Create(CultureInfo.InvariantCulture, $"prepares: {what}, {known * 100:0} %") : $"prepares: {what}");
        }
    }

    /// <inheritdoc/>
    public void Ended(IntervalRow row)
    {
        Keep(() => folder?.Add(row));
        if (row.Length < s_short || (row.Started == 0 && row.At < -manifest.Plan.WarmUp))
            return;
        if (terminal.ErrorIsTerminal)
            Draw(_table.Draw(row, terminal.Width(), terminal.MayColour));
        else if (_told is null || row.At - _told >= s_quietly || row.Anomalies.Count > 0)
        {
            _told = row.At;
            Show(LoadText.Line(row, manifest.Plan.Duration));
        }
    }

    /// <inheritdoc/>
    public void Keep(string step, TimeSpan at, TimeSpan length, StepTotals totals) => Keep(() => folder?.Add(step, at, length, totals));

    /// <summary>Takes away what was drawn over.</summary>
    public void Clear()
    {
        if (terminal.ErrorIsTerminal)
            Draw("");
    }

    private void Show(string line)
    {
        if (terminal.ErrorIsTerminal)
            Draw(line);
        else
            terminal.Error.WriteLine(line);
        terminal.Error.Flush();
    }

    // Back to where the last one began, and away with all of it.
    private void Draw(string text)
    {
        terminal.Error.Write($"\r{(_drawn > 0 ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{_drawn}A") : "")}\u001b[J{text}");
        terminal.Error.Flush();
        _drawn = text.Count(static c => c == '\n');
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
