namespace FireproofBench.Simulation.Telling;

/// <summary>What an entry of a trace tells.</summary>
internal enum TraceKind
{
    /// <summary>A device begins a step of the plan.</summary>
    Begun,

    /// <summary>A step is done, and was acknowledged.</summary>
    Done,

    /// <summary>A step was refused; the reason says by whom.</summary>
    Refused,

    /// <summary>A request leaves for a store.</summary>
    Request,

    /// <summary>A request arrives after its sender gave up.</summary>
    Late,

    /// <summary>A request arrives a second time.</summary>
    Again,

    /// <summary>A process starts.</summary>
    Started,

    /// <summary>A process dies.</summary>
    Died,

    /// <summary>A fault begins or ends.</summary>
    Fault,

    /// <summary>What the world itself does.</summary>
    World,

    /// <summary>The heads of a device changed.</summary>
    Heads,
}
