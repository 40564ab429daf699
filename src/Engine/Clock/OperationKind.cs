namespace FireproofBench.Engine.Clock;

/// <summary>What an event does to the pail.</summary>
public enum OperationKind
{
    /// <summary>Puts one key.</summary>
    Put,

    /// <summary>Removes one key. Understood, never written: the database deletes by putting a tombstone.</summary>
    Delete,

    /// <summary>Puts several keys, in order.</summary>
    Batch,
}
