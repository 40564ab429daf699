namespace FireproofBench.Load.Pacing;

/// <summary>Lets time pass, on the thread that calls it.</summary>
internal interface IPacer
{
    /// <summary>Lets the thread that calls it go before others from now on, where the system permits that.</summary>
    void GoFirst();

    /// <summary>Returns at a time, or at once when it is over, or soon after the token is cancelled.</summary>
    /// <param name="timestamp">The time, as <see cref="TimeProvider.GetTimestamp"/> has it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    void WaitUntil(long timestamp, CancellationToken cancellation);
}
