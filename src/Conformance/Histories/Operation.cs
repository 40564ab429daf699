using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace FireproofBench.Conformance.Histories;

/// <summary>One operation of a history: who asked what, when, and what was answered.</summary>
internal sealed record Operation
{
    /// <summary>The return time of what never returned: later than everything.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Who asked. The session guarantees hold for each client by itself.</summary>
    public required string Client { get; init; }

    /// <summary>Through which endpoint of the store; empty where there is only one.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>What was asked for.</summary>
    public required OperationKind Kind { get; init; }

    /// <summary>The key; the prefix of a list; the database of heads.</summary>
    public required string Key { get; init; }

    /// <summary>What a put stores, what a get gave (null: nothing was there), the event of a publication. Null for other kinds.</summary>
    public string? Value { get; init; }

    /// <summary>Whether a head found something.</summary>
    public bool Found { get; init; }

    /// <summary>The keys of a list, the heads that were read, the parents of a publication.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>When it was called, in nanoseconds of a clock that all operations share.</summary>
    public required long Call { get; init; }

    /// <summary>When it returned, in nanoseconds of the same clock; <see cref="Never"/> for an unknown outcome.</summary>
    public required long Return { get; init; }

    /// <summary>What came of it.</summary>
    public required OperationOutcome Outcome { get; init; }

    /// <summary>Whether it was answered.</summary>
    public bool IsOk => Outcome == OperationOutcome.Ok;

    /// <summary>Whether it sets the value of a key, or may have set it.</summary>
    public bool Writes => Kind is OperationKind.Put or OperationKind.Delete && Outcome != OperationOutcome.Failed;

    /// <summary>Whether it tells something of the value of a key.</summary>
    public bool Reads => Kind is OperationKind.Get or OperationKind.Head && IsOk;

    /// <summary>Whether it had returned before the other was called.</summary>
    public bool Precedes(Operation other) => Return < other.Call;

    /// <summary>The operation as one line for people, with times in milliseconds.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{Call / 1e6:0.###}–{(Return == Never ? "…" : (Return / 1e6).ToString("0.###", CultureInfo.InvariantCulture))} ms {Client}");
        if (Endpoint.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" at {Endpoint}");
        text.Append(' ').Append(Kind switch
        {
            OperationKind.Put => $"put {Value}",
            OperationKind.Get => Value is null ? "got nothing" : $"got {Value}",
            OperationKind.Head => Found ? "head found it" : "head found nothing",
            OperationKind.Delete => "deleted it",
            OperationKind.List => $"listed {Values.Length} keys",
            OperationKind.Publish => $"published {Value}",
            _ => $"read {Values.Length} heads",
        });
        if (!IsOk)
            text.Append(Outcome == OperationOutcome.Failed ? " (refused)" : " (never answered)");
        return text.ToString();
    }
}
