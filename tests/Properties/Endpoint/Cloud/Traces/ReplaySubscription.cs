using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

/// <summary>What a client asked to be told of a ledger, and what it heard.</summary>
/// <param name="question">The message by which it asked.</param>
/// <param name="ledger">The ledger.</param>
internal sealed class ReplaySubscription(JsonObject question, ReplayLedger ledger)
{
    /// <summary>The message by which it was asked.</summary>
    public JsonObject Question => question;

    /// <summary>The ledger.</summary>
    public ReplayLedger Ledger => ledger;

    /// <summary>The first event; null before it came.</summary>
    public JsonObject? First { get; private set; }

    /// <summary>The last event; null before the first came.</summary>
    public JsonObject? Last { get; private set; }

    /// <summary>Whether the recorded first event has been compared with the endpoint's.</summary>
    public bool IsCompared { get; set; }

    /// <summary>All heads that were told.</summary>
    public HashSet<string> Heads { get; } = new(StringComparer.Ordinal);

    /// <summary>All keys that were told.</summary>
    public HashSet<string> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether all that is to be shown was told.</summary>
    public bool IsUpToDate => First is not null && ledger.Shown.All(Heads.Contains) && (Heads.Count == 0 || Keys.Count > 0);

    /// <summary>An event has come.</summary>
    public void Take(JsonObject told)
    {
        TraceAnswer.CheckRepeats(told, question);
        Assert.Empty(ledger.FaultsOf(told["meta"]!));
        First ??= told;
        Last = told;
        foreach (JsonNode? entry in told["meta"]!["metas"]!.AsArray())
            Heads.Add((string)entry!["cid"]!);
        foreach (JsonNode? key in told["meta"]!["keys"]!.AsArray())
            Keys.Add((string)key!);
    }
}
