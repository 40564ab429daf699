namespace FireproofBench.Engine;

/// <summary>What opening a database may make.</summary>
public enum OpenMode
{
    /// <summary>Begins a database where there is none: folders, and a key.</summary>
    Create,

    /// <summary>Refuses to begin one, with StorageErrorKind.MissingContainer; an existing one may be written.</summary>
    Existing,

    /// <summary>As <see cref="Existing"/>, and nothing at all is written: no folder, lock or key. Works on read-only media.</summary>
    ReadOnly,
}
