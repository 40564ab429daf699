using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Whole listings of objects that were put before; none may be missing.</summary>
internal sealed class RawList(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "list")
{
    /// <inheritdoc/>
    public override ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) =>
        PutItemsAsync(Settings.Items, progress, cancellation);

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Listing listing = new(Target.Data, Target.Prefix + "item-");
        bool isDone = await iteration.MeasureAsync(
            0,
            listing,
            static async (listing, token) =>
            {
                await foreach (ObjectInfo found in listing.Data.ListAllAsync(listing.Prefix, token))
                {
                    listing.Found++;
                    listing.Bytes += found.Key.Length;
                }

                return listing.Bytes;
            });
        if (isDone && listing.Found != Settings.Items)
            iteration.See(listing.Found < Settings.Items ? AnomalyKind.MissingFile : AnomalyKind.WrongBytes, $"a listing names {listing.Found} of {Settings.Items} objects");
    }

    private sealed class Listing(IDataGateway data, string prefix)
    {
        public IDataGateway Data => data;

        public string Prefix => prefix;

        public int Found { get; set; }

        public long Bytes { get; set; }
    }
}
