namespace FireproofBench.Simulation.Disks;

/// <summary>What becomes of the content of a file that was not synced when the power is cut.</summary>
internal enum LostContent
{
    /// <summary>Nothing of it reached the medium: what was synced before is there, or an empty file.</summary>
    All,

    /// <summary>Its first half did.</summary>
    Half,

    /// <summary>All of it did.</summary>
    Nothing,
}
