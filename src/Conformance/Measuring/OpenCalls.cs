using System.Collections.Concurrent;
using System.Globalization;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Measuring;

/// <summary>Calls that have not returned: when a check does not end, they are what it waits for. Safe for any number of callers.</summary>
/// <param name="time">The run's clock.</param>
internal sealed class OpenCalls(TimeProvider time)
{
    private const int MostNamed = 5;
    private readonly ConcurrentDictionary<long, (GatewayOperation Operation, string Key, long Since)> _calls = new();
    private long _number;

    /// <summary>A call begins.</summary>
    /// <param name="operation">Which.</param>
    /// <param name="key">Of which key.</param>
    /// <returns>The number under which it is known.</returns>
    public long Begin(GatewayOperation operation, string key)
    {
        long number = Interlocked.Increment(ref _number);
        _calls[number] = (operation, key, time.GetTimestamp());
        return number;
    }

    /// <summary>A call returned, with an answer or a failure.</summary>
    public void End(long number) => _calls.TryRemove(number, out _);

    /// <summary>Those on keys with a prefix, longest waiting first, as a part of a sentence; null for none.</summary>
    /// <param name="prefix">What their keys begin with.</param>
    public string? Describe(string prefix)
    {
        (GatewayOperation Operation, string Key, long Since)[] waiting =
            [.. _calls.Values.Where(call => call.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(static call => call.Since).ThenBy(static call => call.Key, StringComparer.Ordinal)];
        if (waiting.Length == 0)
            return null;
        IEnumerable<string> named = waiting.Take(MostNamed).Select(call => string.Create(
            CultureInfo.InvariantCulture, $"a {call.Operation.ToString().ToLowerInvariant()} of '{call.Key[prefix.Length..]}' for {time.GetElapsedTime(call.Since).TotalSeconds:0.0} s"));
        return $"{string.Join(", ", named)}{(waiting.Length > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {waiting.Length - MostNamed} more") : "")}";
    }
}
