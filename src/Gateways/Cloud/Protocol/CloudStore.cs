namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>What a data request is about.</summary>
internal enum CloudStore
{
    /// <summary>A CAR file of the log.</summary>
    Car,

    /// <summary>Heads; their bytes are in messages.</summary>
    Meta,

    /// <summary>A file with attachments; clients of 0.24.19 never ask for one.</summary>
    File,

    /// <summary>A write-ahead log; clients of 0.24.19 keep theirs to themselves.</summary>
    Wal,
}
