using System.Text.Json.Nodes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>What clients have sent to a ledger so far, and so what the endpoint is to show of it.</summary>
internal sealed class ReplayLedger
{
    private readonly Dictionary<string, (JsonNode Entry, string[] Cars)> _heads = new(StringComparer.Ordinal);

    /// <summary>The files.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The keys.</summary>
    public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>The heads whose files are there. None replaces another here: which of them do stands in their files, and those are not recorded.</summary>
    public IEnumerable<string> Shown => _heads.Where(static head => head.Value.Cars.Length > 0).Where(head => head.Value.Cars.All(Files.ContainsKey)).Select(static head => head.Key);

    /// <summary>A client sends heads and keys.</summary>
    public void Add(JsonNode meta)
    {
        foreach (JsonNode? entry in meta["metas"]!.AsArray())
        {
            byte[] data = Convert.FromBase64String(((string)entry!["data"]!)[1..]);
            _heads[(string)entry["cid"]!] = (entry, [.. MetaPayload.Read(new MetaEntry(Cid.Parse((string)entry["cid"]!), [], data)).Cars.Select(static car => car.ToString())]);
        }

        foreach (JsonNode? key in meta["keys"]!.AsArray())
            Keys.Add((string)key!);
    }

    /// <summary>What is wrong with heads and keys that are shown; empty when nothing is: they are as they were sent, and their files are there.</summary>
    public IEnumerable<string> FaultsOf(JsonNode meta)
    {
        HashSet<string> shown = [.. Shown];
        foreach (JsonNode? entry in meta["metas"]!.AsArray())
        {
            string cid = (string)entry!["cid"]!;
            if (!_heads.TryGetValue(cid, out (JsonNode Entry, string[] Cars) sent))
                yield return $"head {cid} was sent to another ledger, or to none";
            else if (!shown.Contains(cid))
                yield return $"head {cid} is shown without its files";
            else if (!JsonNode.DeepEquals(sent.Entry, entry))
                yield return $"head {cid} is {entry.ToJsonString()} and was sent as {sent.Entry.ToJsonString()}";
        }

        foreach (JsonNode? key in meta["keys"]!.AsArray())
        {
            if (!Keys.Contains((string)key!))
                yield return "a key was sent to another ledger, or to none";
        }
    }
}
