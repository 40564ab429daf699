using System.Collections.Immutable;

namespace FireproofBench.EngineFaults;

/// <summary>A fault of the engine or of a gateway, as a change to its sources.</summary>
/// <param name="Id">Its id in the catalogue of faults.</param>
/// <param name="Name">What goes wrong.</param>
/// <param name="Behaviour">What was changed, in one sentence.</param>
/// <param name="Killers">The clauses that can tell; one of them has to fail. None where only a simulated world can.</param>
/// <param name="Edits">The changes.</param>
internal sealed record EngineFault(string Id, string Name, string Behaviour, ImmutableArray<string> Killers, ImmutableArray<SourceEdit> Edits)
{
    /// <summary>A simulated store, which is judged in virtual time.</summary>
    public const string Simulated = "sim:strong";

    /// <summary>An empty folder on this machine.</summary>
    public const string Folder = "folder";

    /// <summary>An endpoint that is started with the same faulty build, for clauses that bend what goes over the wire.</summary>
    public const string Endpoint = "serve";

    /// <summary>What the faulty build is judged on.</summary>
    public string Store { get; init; } = Simulated;

    /// <summary>The changes for simulated worlds, where they are others: the same fault at a place that worlds have.</summary>
    public ImmutableArray<SourceEdit> EditsInWorlds { get; init; } = Edits;
}
