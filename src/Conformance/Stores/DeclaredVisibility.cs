using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>The promise that a store is held to: how long after an acknowledgement its effect may still be unseen.</summary>
/// <param name="Bound">The longest such time; zero for a store that is strongly consistent.</param>
internal sealed record DeclaredVisibility(TimeSpan Bound)
{
    private const string Eventual = "eventual:";
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private static readonly DeclaredVisibility s_eventual = new(TimeSpan.FromSeconds(10));

    /// <summary>What is acknowledged is seen at once, by everybody.</summary>
    public static DeclaredVisibility Strong { get; } = new(TimeSpan.Zero);

    /// <summary>Whether nothing may be unseen at all.</summary>
    public bool IsStrong => Bound == TimeSpan.Zero;

    /// <summary>What a gateway says of its store; ten seconds where it promises nothing.</summary>
    public static DeclaredVisibility Of(DataTraits traits) => traits.StronglyConsistent ? Strong : s_eventual;

    /// <summary>Reads <c>strong</c> or <c>eventual:</c> with a time, such as <c>eventual:5s</c>, <c>eventual:300ms</c> or <c>eventual:2m</c>; null when it is neither.</summary>
    public static DeclaredVisibility? Parse(string text)
    {
        if (text.Equals("strong", StringComparison.OrdinalIgnoreCase))
            return Strong;
        if (!text.StartsWith(Eventual, StringComparison.OrdinalIgnoreCase))
            return null;
        string span = text[Eventual.Length..];
        (string number, double unit) = span.EndsWith("ms", StringComparison.Ordinal) ? (span[..^2], 0.001)
            : span.EndsWith('s') ? (span[..^1], 1)
            : span.EndsWith('m') ? (span[..^1], 60)
            : ("", 0);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * unit > 0
            && value * unit <= s_longest.TotalSeconds && TimeSpan.FromSeconds(value * unit) is { Ticks: > 0 } bound ? new DeclaredVisibility(bound) : null;
    }

    /// <summary>As the command line takes it.</summary>
    public override string ToString() => IsStrong ? "strong"
        : string.Create(CultureInfo.InvariantCulture, $"{Eventual}{(Bound.Ticks % TimeSpan.TicksPerSecond == 0 ? $"{Bound.TotalSeconds}s" : $"{Bound.TotalMilliseconds}ms")}");
}
