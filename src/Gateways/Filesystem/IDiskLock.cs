namespace FireproofBench.Gateways.Filesystem;

/// <summary>An open lock file. The lock belongs to this opening, not to the process, and goes when the process dies.</summary>
internal interface IDiskLock : IDisposable
{
    /// <summary>Takes the lock, or changes the one that is held. False when somebody else's is in the way.</summary>
    bool TryLock(bool exclusive);

    /// <summary>Takes the lock, and blocks the thread until it is free. For sections of a few system calls only.</summary>
    void Lock(bool exclusive);

    /// <summary>Gives the lock up; the file stays open.</summary>
    void Unlock();

    /// <summary>Whether the path still names the file that is open: a lock on a file that was removed keeps nobody out.</summary>
    bool IsCurrent { get; }

    /// <summary>Replaces the file's text, which tells others who holds the lock. At most 64 ASCII characters, no more than one line.</summary>
    void WriteText(string text);

    /// <summary>The text that the last holder wrote; empty when there is none.</summary>
    string ReadText();
}
