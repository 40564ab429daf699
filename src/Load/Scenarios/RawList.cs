using System.Collections;
using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>Whole listings of objects that were put before: each is named once, and nothing else is.</summary>
internal sealed class RawList(LoadTarget target, ScenarioSettings settings) : RawScenario(target, settings, "list")
{
    // Of the number at the end of a key.
    private const int NumberLength = 8;

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) =>
        PutItemsAsync(Settings.Items, progress, cancellation);

    /// <inheritdoc/>
    public override async ValueTask RunAsync(Iteration iteration)
    {
        Listing listing = new(Target.Data, ItemKey(0)[..^NumberLength], Settings.Items);
        bool isDone = await iteration.MeasureAsync(
            0,
            listing,
            static async (listing, token) =>
            {
                await foreach (ObjectInfo found in listing.Data.ListAllAsync(listing.Prefix, token))
                    listing.Take(found.Key);
                return listing.Bytes;
            });
        if (!isDone)
            return;

        // Outside of what is measured.
        if (listing.Named < Settings.Items)
            iteration.See(AnomalyKind.MissingFile, string.Create(CultureInfo.InvariantCulture, $"a listing names {listing.Named} of {Settings.Items} objects, and not '{ItemKey(listing.FirstMissing)}'"));
        if (listing.FirstStrange is { } strange)
            iteration.See(AnomalyKind.WrongBytes, string.Create(CultureInfo.InvariantCulture, $"a listing names {listing.Strange} keys that were not put or that it named before, such as '{strange}'"));
    }

    // A bit a key: that costs little beside a listing, and needs no memory of it.
    private sealed class Listing(IDataGateway data, string prefix, int items)
    {
        private readonly BitArray _named = new(items);

        public IDataGateway Data => data;

        public string Prefix => prefix;

        public int Named { get; private set; }

        public long Strange { get; private set; }

        public string? FirstStrange { get; private set; }

        public long Bytes { get; private set; }

        public int FirstMissing => Enumerable.Range(0, items).First(number => !_named[number]);

        public void Take(string key)
        {
            Bytes += key.Length;
            if (key.Length == prefix.Length + NumberLength && key.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(key.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < items && !_named[number])
            {
                _named[number] = true;
                Named++;
                return;
            }

            Strange++;
            FirstStrange ??= key;
        }
    }
}
