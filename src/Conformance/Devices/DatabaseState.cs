using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine;

namespace FireproofBench.Conformance.Devices;

/// <summary>Everything that a reader sees of a database at one moment, to be compared with what another one sees.</summary>
/// <param name="Heads">The heads of the clock.</param>
/// <param name="Rows">Every id with its document as JSON; empty for a deleted one.</param>
/// <param name="Hash">SHA-256 over ids and documents in order: equal exactly when the rows are.</param>
internal sealed record DatabaseState(string Heads, ImmutableSortedDictionary<string, string> Rows, string Hash)
{
    /// <summary>Reads all of a database.</summary>
    public static async Task<DatabaseState> ReadAsync(Database database, CancellationToken cancellation)
    {
        ImmutableSortedDictionary<string, string>.Builder rows = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string heads = string.Join(' ', database.Heads);
        await foreach (DocumentRow row in database.RowsAsync(null, cancellation))
        {
            string json = row.Document?.ToJson() ?? "";
            rows.Add(row.Id, json);
            hash.AppendData(Encoding.UTF8.GetBytes($"{row.Id}\n{json}\n"));
        }

        return new DatabaseState(heads, rows.ToImmutable(), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>What two readers see differently; null when it is the same.</summary>
    public string? DifferenceFrom(DatabaseState other)
    {
        foreach ((string id, string json) in other.Rows)
        {
            if (!Rows.TryGetValue(id, out string? mine))
                return $"{Printable.Key(id)} is missing";
            if (mine != json)
                return $"{Printable.Key(id)} is {Shown(mine)} instead of {Shown(json)}";
        }

        return Rows.Count != other.Rows.Count ? $"{Printable.Key(Rows.Keys.Except(other.Rows.Keys).First())} is too many"
            : Hash != other.Hash ? $"the state hash is {Hash[..16]} instead of {other.Hash[..16]}"
            : Heads != other.Heads ? $"the documents are the same, but the heads are {Heads} instead of {other.Heads}"
            : null;
    }

    private static string Shown(string json) => json.Length == 0 ? "deleted" : json;
}
