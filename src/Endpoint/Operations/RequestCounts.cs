using System.Globalization;
using System.Text;

namespace FireproofBench.Endpoint.Operations;

/// <summary>How many requests there were, by route and status, and how long they took. Counting is two additions: it runs with every request.</summary>
internal sealed class RequestCounts(IReadOnlyList<string> routes)
{
    // Seconds; the last bucket has no end.
    private static readonly double[] _bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly long[] _statuses = new long[routes.Count * 500];
    private readonly long[] _buckets = new long[routes.Count * (_bounds.Length + 1)];
    private readonly long[] _ticks = new long[routes.Count];

    /// <summary>Counts a request.</summary>
    /// <param name="route">Index of its route.</param>
    /// <param name="status">Status of its answer.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Count(int route, int status, TimeSpan elapsed)
    {
        _ = Interlocked.Increment(ref _statuses[(route * 500) + Math.Clamp(status - 100, 0, 499)]);
        int bucket = 0;
        while (bucket < _bounds.Length && elapsed.TotalSeconds > _bounds[bucket])
            bucket++;
        _ = Interlocked.Increment(ref _buckets[(route * (_bounds.Length + 1)) + bucket]);
        _ = Interlocked.Add(ref _ticks[route], elapsed.Ticks);
    }

    /// <summary>Requests of a route that had a status.</summary>
    public long Of(int route, int status) => Interlocked.Read(ref _statuses[(route * 500) + status - 100]);

    /// <summary>Writes all in the text format of Prometheus (0.0.4).</summary>
    public void Write(StringBuilder text)
    {
        _ = text.Append("# HELP fireproof_requests_total Requests answered, by route and status.\n# TYPE fireproof_requests_total counter\n");
        for (int route = 0; route < routes.Count; route++)
        {
            for (int status = 100; status < 600; status++)
            {
                if (Of(route, status) is var count and > 0)
                    _ = text.Append(CultureInfo.InvariantCulture, $"fireproof_requests_total{{route=\"{routes[route]}\",status=\"{status}\"}} {count}\n");
            }
        }

        _ = text.Append("# HELP fireproof_request_seconds How long requests took, subscriptions excepted.\n# TYPE fireproof_request_seconds histogram\n");
        for (int route = 0; route < routes.Count; route++)
            WriteHistogram(text, route);
    }

    private void WriteHistogram(StringBuilder text, int route)
    {
        long sum = 0;
        for (int i = 0; i <= _bounds.Length; i++)
            sum += Interlocked.Read(ref _buckets[(route * (_bounds.Length + 1)) + i]);
        if (sum == 0)
            return;
        long count = 0;
        for (int i = 0; i <= _bounds.Length; i++)
        {
            count += Interlocked.Read(ref _buckets[(route * (_bounds.Length + 1)) + i]);
            string bound = i < _bounds.Length ? _bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            _ = text.Append(CultureInfo.InvariantCulture, $"fireproof_request_seconds_bucket{{route=\"{routes[route]}\",le=\"{bound}\"}} {count}\n");
        }

        double seconds = TimeSpan.FromTicks(Interlocked.Read(ref _ticks[route])).TotalSeconds;
        _ = text.Append(CultureInfo.InvariantCulture, $"fireproof_request_seconds_sum{{route=\"{routes[route]}\"}} {seconds}\n");
        _ = text.Append(CultureInfo.InvariantCulture, $"fireproof_request_seconds_count{{route=\"{routes[route]}\"}} {count}\n");
    }
}
