using System.Runtime.InteropServices;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Ends the process at once when the user asks for the end a second time: the first time a run is still cleaned up, which may take long.</summary>
internal sealed class SecondInterrupt : IDisposable
{
    private readonly Terminal _terminal;
    private readonly PosixSignalRegistration[] _signals;
    private int _asked;

    /// <summary>From now on the user may ask. It has to come after whatever else waits for the same signals, and so is asked before it.</summary>
    /// <param name="terminal">Where to say so.</param>
    public SecondInterrupt(Terminal terminal)
    {
        _terminal = terminal;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
    }

    private void Ask(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _asked) < 2)
            return;
        _terminal.Error.WriteLine("fireproofbench: ended at once, as asked twice: what was under way is not finished, and what was written to a store may still be there");
        Environment.Exit(ExitCodes.Interrupted);
    }
}
