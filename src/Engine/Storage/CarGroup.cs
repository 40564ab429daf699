using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Storage;

/// <summary>The CAR files of one commit: one, unless the commit was larger than a file may be. The first holds the header.</summary>
/// <param name="cars">The files in the order in which they were made, at least one.</param>
public sealed class CarGroup(ImmutableArray<Cid> cars) : IEquatable<CarGroup>
{
    /// <summary>The files in the order in which they were made.</summary>
    public ImmutableArray<Cid> Cars { get; } = cars;

    /// <summary>The file with the header. It names the group: its content id depends on all that the commit did.</summary>
    public Cid First => Cars[0];

    /// <inheritdoc/>
    public bool Equals(CarGroup? other) => other is not null && First == other.First;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CarGroup);

    /// <inheritdoc/>
    public override int GetHashCode() => First.GetHashCode();
}
