namespace FireproofBench.Conformance.Measuring;

/// <summary>What is waited for until it is seen.</summary>
internal enum VisibilityEffect
{
    /// <summary>A new object can be read.</summary>
    Create,

    /// <summary>A new object can be read by those who had asked for it before it was there.</summary>
    CreateAfterMiss,

    /// <summary>An object has its new content.</summary>
    Overwrite,

    /// <summary>An object can no longer be read.</summary>
    Delete,

    /// <summary>A new object is listed.</summary>
    ListAfterPut,

    /// <summary>An object is no longer listed.</summary>
    ListAfterDelete,

    /// <summary>After racing writes all observers see the same.</summary>
    Convergence,
}
