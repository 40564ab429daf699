namespace FireproofBench.Conformance.Histories;

/// <summary>What a client asked for.</summary>
internal enum OperationKind
{
    /// <summary>Stores a value under a key.</summary>
    Put,

    /// <summary>Reads the value of a key.</summary>
    Get,

    /// <summary>Asks whether a key has a value.</summary>
    Head,

    /// <summary>Removes the value of a key.</summary>
    Delete,

    /// <summary>Lists all keys that start with a prefix, to the end.</summary>
    List,

    /// <summary>Adds an event, with its parents, to the heads of a database.</summary>
    Publish,

    /// <summary>Reads the heads of a database.</summary>
    Heads,
}
