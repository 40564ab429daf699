using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>
/// Whether each key behaves as one register: every operation takes effect at one moment between its call and its return. Keys are independent of each other, so each is
/// checked by itself (Herlihy and Wing's locality).
/// </summary>
internal static class RegisterLinearizability
{
    /// <summary>Steps of one search; a second or two.</summary>
    public const long DefaultMaxSteps = 20_000_000;

    /// <summary>Checks every key.</summary>
    /// <param name="history">The history.</param>
    /// <param name="maxSteps">After this many steps the search for one key gives up.</param>
    public static HistoryJudgement Check(History history, long maxSteps = DefaultMaxSteps)
    {
        int looked = 0;
        string? undecided = null;
        foreach ((string key, ImmutableArray<Operation> operations) in history.Registers)
        {
            looked += operations.Length;
            bool? holds = Holds(operations, maxSteps, out Operation? stuck);
            if (holds is null)
                undecided ??= $"the search for an order of the {operations.Length} operations on '{key}' was given up after {maxSteps} steps";
            if (holds is false)
            {
                ImmutableArray<Operation> window = Shrink(operations, stuck!.Return, maxSteps);
                return new HistoryJudgement(looked, new HistoryViolation(
                    key, $"no order of the operations on '{key}' explains {(window.Length == operations.Length ? "them" : $"these {window.Length} of {operations.Length}")}", window));
            }
        }

        return new HistoryJudgement(looked, Undecided: undecided);
    }

    // What never returned and left no trace may as well never have happened.
    private static bool? Holds(IReadOnlyCollection<Operation> operations, long maxSteps, out Operation? stuck)
    {
        HashSet<string> read = new(operations.Where(static o => o.Reads && o.Value is not null).Select(static o => o.Value!), StringComparer.Ordinal);
        bool headFound = operations.Any(static o => o.Reads && o.Kind == OperationKind.Head && o.Found);
        bool nothing = operations.Any(static o => o.Reads && o.Value is null && !o.Found);
        bool Traced(Operation o) => o.Kind == OperationKind.Delete ? nothing : headFound || read.Contains(o.Value!);
        Operation[] searched = [.. operations.Where(o => o.IsOk || Traced(o))];
        RegisterSearch search = new(searched);
        bool? holds = search.Run(maxSteps);
        stuck = holds is false ? searched[search.Stuck] : null;
        return holds;
    }

    private static ImmutableArray<Operation> Shrink(ImmutableArray<Operation> operations, long end, long maxSteps)
    {
        bool Broken(List<Operation> some) => Holds(some, maxSteps, out _) is false;

        // No order came past that return, so what was called after it is of no concern, and mostly what returned long before it neither. A head that found something would
        // keep every write.
        List<Operation> window = Until(operations, end);
        List<Operation> headless = [.. window.Where(static o => o.Kind != OperationKind.Head)];
        for (int last = 16; last < headless.Count; last *= 4)
        {
            List<Operation> near = Without(headless, 0, headless.Count - last);
            if (Broken(near))
            {
                window = near;
                break;
            }
        }

        // Then whatever is not needed goes, in ever smaller runs: reads, and writes that no remaining read tells of. Without them the rest would be as easy to explain.
        for (int run = Math.Max(1, window.Count / 2); ;)
        {
            int before = window.Count;
            for (int at = 0; at < window.Count;)
            {
                List<Operation> rest = Without(window, at, run);
                if (rest.Count < window.Count && Broken(rest))
                    window = rest;
                else
                    at += run;
            }

            // Told as they were recorded: times that are known make the rest no easier to explain.
            if (run > 1)
                run /= 2;
            else if (window.Count == before)
                return [.. window.Select(w => operations.First(o => o.Call == w.Call && o.Kind == w.Kind && o.Client == w.Client))];
        }
    }

    // What had been called at that time; who had not returned may have had an effect.
    private static List<Operation> Until(ImmutableArray<Operation> operations, long time) =>
    [
        .. operations.Where(o => o.Call <= time && (o.Writes || o.Return <= time))
            .Select(o => o.Return <= time || !o.IsOk ? o : o with { Return = Operation.Never, Outcome = OperationOutcome.Unknown }),
    ];

    private static List<Operation> Without(List<Operation> window, int at, int run)
    {
        List<Operation> kept = [];
        for (int i = 0; i < window.Count; i++)
        {
            if (i < at || i >= at + run || window[i].Writes)
                kept.Add(window[i]);
        }

        HashSet<string> read = new(kept.Where(static o => o.Reads && o.Value is not null).Select(static o => o.Value!), StringComparer.Ordinal);
        bool headFound = kept.Exists(static o => o.Reads && o.Kind == OperationKind.Head && o.Found);
        bool nothing = kept.Exists(static o => o.Reads && o.Value is null && !o.Found);
        HashSet<Operation> chosen = new(window.Skip(at).Take(run), ReferenceEqualityComparer.Instance);
        return [.. kept.Where(o => !chosen.Contains(o) || (o.Kind == OperationKind.Delete ? nothing : headFound || read.Contains(o.Value!)))];
    }
}
