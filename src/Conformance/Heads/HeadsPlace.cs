using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Heads;

/// <summary>The heads of one database that a check keeps on the store, through several handles, as several clients have them.</summary>
internal sealed class HeadsPlace : IAsyncDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private readonly ClauseContext _context;
    private readonly string _place;
    private readonly List<IDeviceStore> _devices = [];

    private HeadsPlace(ClauseContext context, string place, EventGraph events)
    {
        _context = context;
        _place = place;
        Events = events;
    }

    /// <summary>Tells the databases of the check apart.</summary>
    public string Name => _place;

    /// <summary>What is published there.</summary>
    public EventGraph Events { get; }

    /// <summary>What the heads can do.</summary>
    public MetadataTraits Traits => Heads(0).Traits;

    /// <summary>Opens the heads of a place, which nobody wrote before.</summary>
    /// <param name="context">The check.</param>
    /// <param name="place">Tells the databases of the check apart: lower-case letters and digits.</param>
    /// <param name="handles">How many clients there are.</param>
    /// <param name="events">The events, where several places share them; null for events of its own.</param>
    public static async Task<HeadsPlace> OpenAsync(ClauseContext context, string place, int handles, EventGraph? events = null)
    {
        HeadsPlace opened = new(context, place, events ?? new EventGraph(context.Dice));
        for (int i = 0; i < handles; i++)
            opened._devices.Add(context.Databases.Device(place));
        await opened._devices[0].PrepareAsync(context.Cancellation);
        MetaReading first = await opened.ReadAsync(0);
        ClauseContext.Require(first.Entries.IsEmpty, $"a database that was never written has {first.Entries.Length} heads");
        return opened;
    }

    /// <summary>The database as one client has it.</summary>
    public IDeviceStore Device(int handle) => _devices[handle % _devices.Count];

    /// <summary>The heads as one client has them.</summary>
    public IMetadataGateway Heads(int handle) => Device(handle).Metadata;

    /// <summary>Measures publications, which can cost far more than the requests for objects by which the run is planned, and scales the counts of the check.</summary>
    public async Task PaceAsync()
    {
        const int RequestsOfCommit = 2;
        double fastest = double.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long start = _context.Time.GetTimestamp();
            await CommitAsync(0);
            fastest = Math.Min(fastest, _context.Time.GetElapsedTime(start).TotalSeconds);
        }

        _context.Slow(RequestsOfCommit / Math.Max(fastest, 1e-6));
    }

    /// <summary>Reads, and fails when the reading shows what nobody published there.</summary>
    public Task<MetaReading> ReadAsync(int handle) => ReadAsync(Heads(handle));

    /// <summary>Reads as a client that comes new. Where all clients share one handle, this ends what they listen to.</summary>
    public async Task<MetaReading> ReadFreshAsync()
    {
        await using IDeviceStore fresh = _context.Databases.Device(_place);
        return await ReadAsync(fresh.Metadata);
    }

    /// <summary>Publishes, and does so again when others were faster: the same event twice is one.</summary>
    public async Task PublishAsync(int handle, HeadEvent made, IReadOnlyCollection<Cid> superseded)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await Heads(handle).PublishAsync(made.Entry, superseded, _context.Cancellation);
                return;
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.Conflict or StorageErrorKind.InUse && attempt < Attempts)
            {
                await Task.Delay(s_pause * (1 + _context.Dice.Below(attempt)), _context.Time, _context.Cancellation);
            }
        }
    }

    /// <summary>Publishes an event that follows all that the client reads, as a commit does.</summary>
    public async Task<HeadEvent> CommitAsync(int handle, Cid? file = null)
    {
        Cid[] read = [.. (await ReadAsync(handle)).Entries.Select(static entry => entry.Cid)];
        HeadEvent made = Events.Make(read, file);
        await PublishAsync(handle, made, read);
        return made;
    }

    /// <summary>Fails unless a client's reading covers these events, within the store's bound.</summary>
    public Task CoversAsync(int handle, EventSet expected, string what) => _context.SettlesAsync(async () =>
        Complaint(await ReadAsync(handle), expected) is { } complaint ? $"{what}, {complaint}" : null);

    /// <summary>Fails unless a reading has exactly these entries, within the store's bound.</summary>
    public Task HoldsAsync(Func<Task<MetaReading>> read, IReadOnlyCollection<Cid> expected, string what) => _context.SettlesAsync(async () =>
        Difference([.. (await read()).Entries.Select(static entry => entry.Cid)], expected, "entries") is { } difference ? $"{what}, {difference}" : null);

    /// <summary>Fails unless the heads of a reading are exactly these events, within the store's bound. Entries that another one follows are no heads.</summary>
    public Task LeadsToAsync(Func<Task<MetaReading>> read, IReadOnlyCollection<Cid> expected, string what) => _context.SettlesAsync(async () =>
        Difference(Events.HeadsOf(await read()), expected, "heads") is { } difference ? $"{what}, {difference}" : null);

    /// <summary>What a reading lacks of these events; null when it covers them.</summary>
    public string? Complaint(MetaReading reading, EventSet expected)
    {
        int missing = expected.CountBeyond(Events.CoveredBy(reading));
        return missing == 0 ? null
            : reading.Entries.IsEmpty ? $"the heads are empty where {expected.Count} events were acknowledged"
            : $"{missing} of {expected.Count} acknowledged events are neither among the {reading.Entries.Length} heads nor followed by one";
    }

    /// <summary>Closes the handles.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IDeviceStore device in _devices)
            await device.DisposeAsync();
        _devices.Clear();
    }

    private async Task<MetaReading> ReadAsync(IMetadataGateway heads)
    {
        MetaReading reading = await heads.ReadAsync(_context.Cancellation);
        string? fault = Events.FaultOf(reading);
        ClauseContext.Require(fault is null, $"a reading of heads shows {fault}");
        return reading;
    }

    private static string? Difference(HashSet<Cid> actual, IReadOnlyCollection<Cid> expected, string what)
    {
        int missing = expected.Count(cid => !actual.Contains(cid));
        int more = actual.Count(cid => !expected.Contains(cid));
        return missing + more == 0 ? null : $"{missing} of {expected.Count} {what} are missing and {more} are too many";
    }
}
