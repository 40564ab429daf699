using System.Collections.Immutable;

namespace FireproofBench.Load.Running;

/// <summary>What a run does over and over. Iterations run side by side; those of one worker come one after the other.</summary>
internal interface ILoadScenario
{
    /// <summary>The steps that it measures, in their order.</summary>
    ImmutableArray<string> Steps { get; }

    /// <summary>The names of the databases that it keeps at the store.</summary>
    /// <param name="workers">How many workers there will be.</param>
    IEnumerable<string> DatabasesOf(int workers) => [];

    /// <summary>Makes what the iterations need.</summary>
    /// <param name="workers">How many workers there will be.</param>
    /// <param name="progress">Is told what is done, and of how much; null for no known end.</param>
    /// <param name="cancellation">Ends the preparation.</param>
    ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation);

    /// <summary>Tells from now on what the engine does beside the iterations, such as a merge. Called once, between the preparation and the first iteration.</summary>
    /// <param name="recorder">Takes the events.</param>
    void Observe(Recorder recorder)
    {
    }

    /// <summary>One iteration.</summary>
    ValueTask RunAsync(Iteration iteration);

    /// <summary>What it shows of the engine at the moment, such as heads and pending bytes; asked for once an interval.</summary>
    ImmutableSortedDictionary<string, double> Gauges();

    /// <summary>After the last iteration, while everything is still there: looks whether all that was acknowledged can be read, and notes what cannot.</summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="cancellation">Ends the check.</param>
    ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation);
}
