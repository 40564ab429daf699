using System.Collections.Frozen;

namespace FireproofBench.Conformance.Histories;

/// <summary>The words and limits of a history as text: one JSON object a line, in UTF-8, in any order.</summary>
/// <remarks>
/// The first line may be <c>{"schema":"fireproofbench/history/1"}</c>. Every other line that is not blank is an operation:
/// <c>{"client":"a","endpoint":"","op":"put","key":"k","value":"v1","call":1200,"return":3400,"outcome":"ok"}</c>.
/// <list type="bullet">
/// <item><c>op</c>: put, get, head, delete, list, publish, heads. <c>endpoint</c> may be left out.</item>
/// <item><c>value</c>: text. What a put stores (each put of a key best stores another), what a get gave (null: nothing was there), the event of a publish.</item>
/// <item><c>found</c>: true or false, what a head said.</item>
/// <item><c>values</c>: the keys of a list (which starts with the prefix <c>key</c> and goes to the end), the heads that were read, the parents of a publish.</item>
/// <item><c>call</c>, <c>return</c>: whole nanoseconds of one clock. What never returned has no <c>return</c>.</item>
/// <item><c>outcome</c>: ok; failed (refused, certainly without effect); unknown (no answer, or none that tells: the effect may come at any time after the call).</item>
/// </list>
/// Fields that are not named here are passed over. Every key is absent when the history begins.
/// </remarks>
internal static class HistoryText
{
    /// <summary>The name of the form.</summary>
    public const string Schema = "fireproofbench/history/1";

    /// <summary>Longest line, in bytes: a list of about a hundred thousand keys.</summary>
    public const int MaxLine = 8 << 20;

    /// <summary>Most operations of one history.</summary>
    public const int MaxOperations = 1_000_000;

    /// <summary>Longest text, in bytes.</summary>
    public const long MaxLength = 512L << 20;

    /// <summary>The words for operations.</summary>
    public static FrozenDictionary<string, OperationKind> Kinds { get; } = new Dictionary<string, OperationKind>
    {
        ["put"] = OperationKind.Put,
        ["get"] = OperationKind.Get,
        ["head"] = OperationKind.Head,
        ["delete"] = OperationKind.Delete,
        ["list"] = OperationKind.List,
        ["publish"] = OperationKind.Publish,
        ["heads"] = OperationKind.Heads,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The words for outcomes.</summary>
    public static FrozenDictionary<string, OperationOutcome> Outcomes { get; } = new Dictionary<string, OperationOutcome>
    {
        ["ok"] = OperationOutcome.Ok,
        ["failed"] = OperationOutcome.Failed,
        ["unknown"] = OperationOutcome.Unknown,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
