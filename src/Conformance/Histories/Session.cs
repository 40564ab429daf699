using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>What one client has done and seen at one moment. Writes are numbers of operations.</summary>
/// <param name="Written">Its last acknowledged write of each key.</param>
/// <param name="Read">The write whose value it read last, of each key.</param>
/// <param name="Seen">The latest write of each client, of whatever key, whose value it has read.</param>
internal sealed record Session(ImmutableDictionary<string, int> Written, ImmutableDictionary<string, int> Read, ImmutableDictionary<string, int> Seen)
{
    /// <summary>A client that has done nothing yet.</summary>
    public static Session Fresh { get; } = new(
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));
}
