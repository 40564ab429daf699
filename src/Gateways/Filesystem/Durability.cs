namespace FireproofBench.Gateways.Filesystem;

/// <summary>What an acknowledged write on a folder survives.</summary>
public enum Durability
{
    /// <summary>Power loss: the file is synced before it gets its name, and the folder after.</summary>
    Fsync,

    /// <summary>The death of the process only: the bytes are the operating system's, which writes them when it likes. The reference engine does the same.</summary>
    Os,
}
