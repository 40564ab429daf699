using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The history of one database on its device: reads the metadata into a state, and publishes the next one.</summary>
internal sealed partial class Ledger(BlockStore blocks, IMetadataGateway metadata)
{
    private ImmutableArray<Cid> _read = [];
    private string? _version;
    private volatile LedgerState _state = LedgerState.Empty;
    private ImmutableArray<Cid> _entries = [];
    private ImmutableArray<CarGroup> _bookmarks = [];

    // The state whose pail was found last. What is read again, or merged again, is the same state as a rule, and its events need not be put in order another time.
    private LedgerState? _resolved;

    /// <summary>The newest state that is known.</summary>
    public LedgerState State
    {
        get => _state;
        private set => _state = value;
    }

    public BlockStore Blocks => blocks;

    private IEventSource Events => blocks;

    /// <summary>Reads the metadata when it changed since the last look.</summary>
    /// <returns>Whether the state is another one now.</returns>
    public async ValueTask<bool> RefreshAsync(CancellationToken cancellation)
    {
        MetaReading reading = await metadata.ReadAsync(cancellation);
        if (reading.Version == _version)
            return false;
        if (_entries.Length == reading.Entries.Length && reading.Entries.All(entry => _entries.Contains(entry.Cid)))
        {
            _version = reading.Version;
            return false;
        }

        (State, reading) = await BuildCurrentAsync(reading, cancellation);
        _version = reading.Version;
        _bookmarks = [.. reading.Entries.Select(ReadGroup).Where(blocks.IsBookmark)];
        _entries = [.. reading.Entries.Select(static entry => entry.Cid)];
        _read = ParentsOf(reading.Entries);
        return true;
    }

    /// <summary>
    /// Whether a failure can come of files that a compaction, of this process or another, deleted or was about to delete, be it that a remote store was asked for one and did not give it: a newer
    /// state has what they held.
    /// </summary>
    public static bool MayBeOutdated(Exception failure) => failure is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt } or StorageException { Operation: RemoteFiles.Fetch };

    /// <summary>Does something on the newest state, and once more on a newer one when files that it needs went away meanwhile.</summary>
    /// <remarks>A lock keeps others out where the store has one. Where it has none, they may compact twice between the reading of the heads and that of a file.</remarks>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="work">Changes nothing before it has read all that it needs.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="MissingBlockException">A block is missing, and there is no newer state.</exception>
    public async ValueTask<T> OnNewestAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellation)
    {
        await RefreshAsync(cancellation);
        while (true)
        {
            LedgerState state = State;
            try
            {
                return await work();
            }
            catch (Exception e) when (MayBeOutdated(e))
            {
                await RefreshAsync(cancellation);
                if (ReferenceEquals(State, state))
                    throw;
            }
        }
    }

    /// <summary>The group that describes the present state, when it is a bookmark; else the newest of the log does.</summary>
    public CarGroup? Bookmark => _bookmarks is [var only] ? only : null;

    /// <summary>Makes the state of a group that was just written the newest, here and in the metadata.</summary>
    public ValueTask PublishAsync(LedgerState next, CancellationToken cancellation) => PublishAsync(next, next.Log[0], cancellation);

    /// <summary>The same, by a group that is not part of the log: a bookmark.</summary>
    public async ValueTask PublishAsync(LedgerState next, CarGroup group, CancellationToken cancellation)
    {
        MetaEntry entry = MetaPayload.Write(group, _read);
        await metadata.PublishAsync(entry, _entries, cancellation);
        _entries = [entry.Cid];
        State = next;
        ImmutableArray<CarGroup> former = _bookmarks;
        _bookmarks = blocks.IsBookmark(group) ? [group] : [];
        foreach (CarGroup gone in former)
        {
            // Where writers share no lock, another may still lead to it: whoever collects what no head needs takes it.
            if (!gone.Equals(group) && blocks.Files.Marks is null)
                await blocks.RemoveAsync(gone.First);
        }
    }

    /// <summary>The present state together with entries from elsewhere, whose files are here already. Nothing is published.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="replaced">Groups that are known to be replaced, whose files need not be here.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask<LedgerState> MergeAsync(
        ImmutableArray<MetaEntry> entries, IReadOnlySet<CarGroup> replaced, CancellationToken cancellation)
    {
        LedgerState before = State;
        LedgerState union = await BuildAsync(before.Log.Length == 0 ? [] : [before], entries, cancellation);
        ImmutableArray<CarGroup> log = [.. union.Log.Where(group => !replaced.Contains(group))];

        // What a compaction of theirs replaced can stand only in our log, and the other way round: a log that has not changed is not looked through.
        HashSet<CarGroup> merged = before.Log.Length == 0 || before.Log.ToHashSet().IsSupersetOf(log) ? [] : await ReplacedInAsync(log, log.ToHashSet(), cancellation);
        return new LedgerState(union.Heads, await WithoutGoneAsync([.. log.Where(group => !merged.Contains(group))], union.Heads, entries, cancellation));
    }

    /// <summary>The state that entries from elsewhere describe, whose files can be read here already.</summary>
    public ValueTask<LedgerState> ReadAsync(ImmutableArray<MetaEntry> entries, CancellationToken cancellation) => BuildAsync([], entries, cancellation);

    /// <summary>The pail of a state, with the shards that several heads make and that are in no file yet.</summary>
    public async ValueTask<PailChange> ResolveAsync(LedgerState state, CancellationToken cancellation)
    {
        if (state.Pail is { } known)
            return known;
        PailChange pail = _resolved is { Pail: { } found } same && same.IsSame(state) ? found
            : state.Heads.Length == 0 ? CrdtWriter.Beginning
            : await ResolveAsync(state.Heads, cancellation);
        state.Pail = pail;
        _resolved = state;
        return pail;
    }

    /// <summary>The pail of any heads.</summary>
    public async ValueTask<PailChange> ResolveAsync(IReadOnlyList<Cid> heads, CancellationToken cancellation)
    {
        try
        {
            return await Resolution.ResolveAsync(Events, blocks, heads, cancellation);
        }
        catch (MissingBlockException) when (heads.Count > 1)
        {
            // Another device may have compacted the shards of the common ancestor away: they follow from the events.
            Cid ancestor = await CommonAncestor.FindAsync(Events, heads, cancellation);
            var rebuilt = new ShardOverlay(blocks);
            IReadOnlyList<Shard> shards = await PailReplay.RebuildAsync(Events, ancestor, cancellation);
            rebuilt.Add(shards);
            PailChange change = await Resolution.ResolveAsync(Events, rebuilt, heads, cancellation);

            // No file holds the rebuilt shards, so those that stay in use are new to the files as well.
            return change with { Additions = [.. shards, .. change.Additions] };
        }
    }

    /// <summary>The shards of a state: those in files, and those that its resolution made.</summary>
    public IShardSource Shards(PailChange pail)
    {
        if (pail.Additions.Count == 0 && pail.Recurring.Count == 0)
            return blocks;
        var overlay = new ShardOverlay(blocks);
        overlay.Add(pail.Additions);
        overlay.Add(pail.Recurring);
        return overlay;
    }

    // A reader holds no lock: another process may compact twice between the reading and the files that it names. Then there is a newer reading.
    private async ValueTask<(LedgerState State, MetaReading Reading)> BuildCurrentAsync(MetaReading reading, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return (await BuildAsync([], reading.Entries, cancellation), reading);
            }
            catch (Exception e) when (MayBeOutdated(e) || DataFiles.IsNotShown(e))
            {
                MetaReading newer = await metadata.ReadAsync(cancellation);
                if (newer.Version == reading.Version)
                {
                    // An event that was at hand when the header was written may be in a file that is still on its way from a remote store, which is only attached once the database is open.
                    // Whoever wrote the header had reduced its heads.
                    if (e is MissingBlockException && reading.Entries.Length == 1)
                        return (await BuildAsync([], reading.Entries, cancellation, areReduced: true), reading);
                    throw;
                }

                reading = newer;
            }
        }
    }

    private async ValueTask<LedgerState> BuildAsync(
        IReadOnlyList<LedgerState> states, ImmutableArray<MetaEntry> entries, CancellationToken cancellation, bool areReduced = false)
    {
        List<CarGroup> log = [.. states.SelectMany(static state => state.Log)];
        var replaced = new HashSet<CarGroup>();
        var headers = new List<CarHeader>();
        foreach (MetaEntry entry in entries)
        {
            CarGroup group = ReadGroup(entry);
            blocks.Learn([group]);
            CarHeader header = await blocks.ReadHeaderAsync(group, cancellation)
                ?? throw blocks.Files.Missing("open", DataFiles.KeyOfCar(group.First), "the newest head names this file");
            headers.Add(header);
            replaced.UnionWith(header.Compact);
            if (!header.IsBookmark)
                log.Add(group);
        }

        log.AddRange(headers.SelectMany(static header => header.Cars));
        ImmutableArray<CarGroup> groups = [.. log.Distinct().Where(group => !replaced.Contains(group))];
        blocks.Learn(groups);

        IReadOnlyList<Cid> candidates = [.. states.SelectMany(static state => state.Heads), .. headers.SelectMany(static header => header.Heads)];
        IReadOnlyList<Cid> heads = areReduced ? candidates : await MerkleClock.ReduceAsync(Events, candidates, cancellation);
        return new LedgerState(Sorted(heads), groups);
    }

    /// <summary>The group that an entry names.</summary>
    /// <exception cref="StorageException">Corrupt when the entry is not of the format.</exception>
    public static CarGroup ReadGroup(MetaEntry entry)
    {
        try
        {
            return MetaPayload.Read(entry);
        }
        catch (MalformedBlockException e)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "read heads", entry.Cid.ToString(), e.Message, e);
        }
    }

    // What a new entry names as parents: what this session read last, less what the entries of that reading name themselves. The reference names all that a session ever read; where two write by
    // turns, that is one more with each write.
    private static ImmutableArray<Cid> ParentsOf(ImmutableArray<MetaEntry> entries)
    {
        HashSet<Cid> older = [.. entries.SelectMany(static entry => entry.Parents)];
        return [.. entries.Select(static entry => entry.Cid).Where(cid => !older.Contains(cid))];
    }

    public static ImmutableArray<Cid> Sorted(IReadOnlyList<Cid> heads)
    {
        Cid[] sorted = [.. heads];
        Array.Sort(sorted, Cid.CompareText);
        return ImmutableCollectionsMarshal.AsImmutableArray(sorted);
    }
}
