namespace FireproofBench.Engine.Ports;

/// <summary>The closed set of ways in which a provider can fail, each with what the caller does next.</summary>
public enum StorageErrorKind
{
    /// <summary>The credentials are missing, wrong or not enough. Do not retry; ask for others.</summary>
    NotAuthorized,

    /// <summary>Another writer is in the middle of the same change and nothing is settled yet. Read again, then retry.</summary>
    Conflict,

    /// <summary>A condition of the call does not hold: the object exists, or is another version. Settled: read, decide, do not repeat.</summary>
    PreconditionFailed,

    /// <summary>The provider asks for a slower pace. Wait as <see cref="StorageException.RetryAfter"/> tells, then retry; the call had no effect.</summary>
    Throttled,

    /// <summary>A fault that may pass: connection, time-out, server error. Retry with a pause; the call had no effect or is safe to repeat.</summary>
    Transient,

    /// <summary>The answer of a call that changes something was lost: it may have happened. Read back before anything else.</summary>
    Ambiguous,

    /// <summary>A fault that repeating does not mend. Stop and report.</summary>
    Permanent,

    /// <summary>The bytes are not what their name or their format says. Try another copy; never use them.</summary>
    Corrupt,

    /// <summary>The bucket, folder or endpoint itself is not there; nothing can be said of objects in it. Create it or correct the address.</summary>
    MissingContainer,

    /// <summary>The key or database name cannot be stored by this provider. Choose another name; nothing was written.</summary>
    InvalidName,

    /// <summary>No room is left, or a quota is reached. Nothing partial is visible; retry after room was made.</summary>
    NoSpace,

    /// <summary>The provider cannot do this, and said so before doing anything. Ask its traits first.</summary>
    Unsupported,

    /// <summary>Another process holds the database longer than the caller wanted to wait. Wait for it, or end it.</summary>
    InUse,
}
