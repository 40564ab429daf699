using System.Collections.Immutable;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Planning;

/// <summary>Finds a smaller plan that fails in the same way: fewer steps, then fewer features, then fewer devices, until nothing can be left out.</summary>
/// <remarks>Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002: parts are left out, large ones first. The claim that fails stays the same one.</remarks>
internal static class Shrinking
{
    /// <summary>Shrinks the plan of a run that failed.</summary>
    /// <param name="failed">The run.</param>
    /// <param name="mostRuns">How many runs it may take.</param>
    /// <param name="run">Runs a plan, and gives what came of it; null for <see cref="WorldRun"/>. A run that failed without an end needs another one, that comes back.</param>
    /// <param name="progress">Told of each smaller plan, with the number of runs so far; null for nobody.</param>
    /// <param name="interrupt">Ends the search: what was found so far is the result.</param>
    /// <returns>The run of the smallest plan that was found.</returns>
    public static WorldResult Shrink(WorldResult failed, int mostRuns, Func<Plan, WorldResult>? run, Action<WorldResult, int>? progress, CancellationToken interrupt)
    {
        Search search = new(failed, mostRuns, run ?? (static plan => WorldRun.Run(plan)), progress, interrupt);
        bool isSmaller = true;
        while (isSmaller && !search.IsOver)
            isSmaller = search.LeaveOutSteps() | search.LeaveOutFeatures() | search.LeaveOutDevice() | search.Simplify() | search.Straighten();
        return search.Smallest;
    }

    private sealed class Search(WorldResult failed, int mostRuns, Func<Plan, WorldResult> run, Action<WorldResult, int>? progress, CancellationToken interrupt)
    {
        private readonly (Checking.Claim Claim, bool IsEndless) _failure = (failed.Violations[0].Claim, failed.IsEndless);
        private int _runs;

        public WorldResult Smallest { get; private set; } = failed;

        public bool IsOver => _runs >= mostRuns || interrupt.IsCancellationRequested;

        private Plan Plan => Smallest.Plan;

        public bool LeaveOutSteps()
        {
            bool isSmaller = false;
            for (int size = Math.Max(1, Plan.Steps.Length / 2); size >= 1 && !IsOver; size /= 2)
            {
                for (int at = 0; at < Plan.Steps.Length && !IsOver;)
                {
                    ImmutableArray<Step> left = [.. Plan.Steps[..at], .. Plan.Steps[Math.Min(at + size, Plan.Steps.Length)..]];
                    if (Try(Plan with { Steps = left }))
                        isSmaller = true;
                    else
                        at += size;
                }
            }

            return isSmaller;
        }

        public bool LeaveOutFeatures()
        {
            bool isSmaller = false;
            foreach (Features feature in Enum.GetValues<Features>())
            {
                if (feature != Features.None && Plan.Has(feature) && !IsOver)
                    isSmaller |= Try(Plan with { Features = Plan.Features & ~feature });
            }

            return isSmaller;
        }

        // The steps of the last device go with it.
        public bool LeaveOutDevice()
        {
            int last = Plan.Devices - 1;
            return last > 0 && !IsOver && (Try(Plan with { Devices = last, Steps = Plan.Steps.RemoveAll(step => step.Device == last) })
                || Try(Plan with { Devices = last, Steps = [.. Plan.Steps.Select(step => step.Device == last ? step with { Device = 0 } : step)] }));
        }

        // A store that shows everything at once is easier to follow than one that has its moods.
        public bool Simplify()
        {
            string bare = Plan.Store.Split('?')[0];
            foreach (string simple in (string[])["sim:strong", bare])
            {
                if (Plan.Store == simple)
                    return false;
                if (!IsOver && Try(Plan with { Store = simple }))
                    return true;
            }

            return false;
        }

        // Steps a second apart tell the story better than those that come at odd moments.
        public bool Straighten()
        {
            ImmutableArray<Step> even = [.. Plan.Steps.Select(static (step, place) => step with { At = TimeSpan.FromSeconds(place + 1) })];
            return !IsOver && !even.SequenceEqual(Plan.Steps) && Try(Plan with { Steps = even });
        }

        private bool Try(Plan plan)
        {
            if (plan.Steps.IsEmpty)
                return false;
            _runs++;
            WorldResult result = run(plan);
            if (result.IsSound || (result.Violations[0].Claim, result.IsEndless) != _failure)
                return false;
            Smallest = result;
            progress?.Invoke(result, _runs);
            return true;
        }
    }
}
