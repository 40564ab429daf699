using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Inspection;

/// <summary>One inspection: first the files, each read once, then the pointers, in memory.</summary>
internal sealed partial class Verification
{
    // Several heads are put together from events and shards, which are small.
    private const long CacheLength = 64L * 1024 * 1024;

    private readonly IDeviceStore _store;
    private readonly DataFiles _files;
    private readonly Action<InspectionProgress>? _progress;
    private readonly FindingList _findings = new();
    private readonly PointerGraph _graph = new();
    private readonly Dictionary<Cid, long> _cars = [];
    private readonly Dictionary<Cid, long> _attachments = [];
    private readonly Queue<Cid> _replaced = new();
    private readonly Dictionary<(Cid File, Cid Block), int> _attached = [];
    private readonly Dictionary<Cid, AttachmentTree> _trees = [];
    private long _filesRead;
    private long _bytesRead;
    private long _blocks;

    public Verification(IDeviceStore store, KeyRing? keys, Action<InspectionProgress>? progress)
    {
        _store = store;
        _files = new DataFiles(store.Data, keys);
        _progress = progress;
    }

    private enum Role
    {
        /// <summary>In the log: every block counts.</summary>
        Log,

        /// <summary>Replaced by a compaction.</summary>
        Replaced,

        /// <summary>Referred to by nobody, or by whom is not known.</summary>
        Loose,
    }

    public async ValueTask<VerificationReport> RunAsync(CancellationToken cancellation)
    {
        await ListAsync(cancellation);
        var ledger = new Ledger(new BlockStore(_files, CacheLength), _store.Metadata);
        bool opens = await TryAsync(async () => await ledger.RefreshAsync(cancellation));
        LedgerState state = ledger.State;
        ImmutableArray<CarGroup> named = await NamedGroupsAsync(cancellation);
        ImmutableArray<CarGroup> log = opens ? [.. named.Except(state.Log), .. state.Log] : named;
        await ReadCarsAsync(log, opens, cancellation);
        await ReadAttachmentsAsync(opens, cancellation);
        Cid root = opens && state.Heads.Length > 0 ? await CheckPointersAsync(ledger, state, cancellation) : default;
        return new VerificationReport
        {
            Findings = _findings.Listed,
            Counts = _findings.Counts,
            Heads = state.Heads,
            Root = root,
            Groups = log.Length,
            Files = _filesRead,
            Bytes = _bytesRead,
            Blocks = _blocks,
            Events = _events,
            Shards = _shards,
            Documents = _documents,
            Tombstones = _tombstones,
            Attachments = _live,
            CompactedAway = _compactedAway,
        };
    }

    private async ValueTask ListAsync(CancellationToken cancellation)
    {
        await foreach (ObjectInfo file in _store.Data.ListAllAsync(DataFiles.Prefix, cancellation))
            Note(file);
    }

    private void Note(ObjectInfo file)
    {
        ReadOnlySpan<char> name = file.Key.AsSpan(DataFiles.Prefix.Length);
        bool isCar = name.EndsWith(DataFiles.Suffix, StringComparison.Ordinal);
        if (Cid.TryParse(isCar ? name[..^DataFiles.Suffix.Length] : name, out Cid cid) && cid.Codec == CidCodec.Car)
            (isCar ? _cars : _attachments)[cid] = file.Length;
        else if (!name.SequenceEqual("version"))
            _findings.Add(FindingKind.Foreign, file.Key, "a data file is named by a content id, and this is none; no database needs it");
    }

    // What the heads name by themselves, where the log cannot be read.
    private async ValueTask<ImmutableArray<CarGroup>> NamedGroupsAsync(CancellationToken cancellation)
    {
        ImmutableArray<CarGroup> groups = [];
        await TryAsync(async () =>
        {
            MetaReading reading = await _store.Metadata.ReadAsync(cancellation);
            groups = [.. reading.Entries.Select(MetaPayload.Read)];
        });
        return groups;
    }

    private async ValueTask ReadCarsAsync(ImmutableArray<CarGroup> log, bool opens, CancellationToken cancellation)
    {
        var done = new HashSet<Cid>();
        foreach (CarGroup group in log)
        {
            foreach (Cid car in group.Cars)
            {
                if (done.Add(car))
                    await ReadCarAsync(car, Role.Log, car == group.First, cancellation);
            }
        }

        while (_replaced.TryDequeue(out Cid car))
        {
            if (!done.Add(car) || !_cars.ContainsKey(car))
                continue;
            if (await ReadCarAsync(car, Role.Replaced, isFirst: true, cancellation))
                _findings.Add(FindingKind.KeptForGrace, DataFiles.KeyOfCar(car), "a compaction replaced it; the next one may delete it");
        }

        foreach (Cid car in await SnapshotFilesAsync(cancellation))
        {
            if (done.Add(car) && !await ReadCarAsync(car, Role.Loose, isFirst: false, cancellation) && !_cars.ContainsKey(car))
                _findings.Add(FindingKind.MissingFile, DataFiles.KeyOfCar(car), "a snapshot that is kept under a name needs it, and it is not there");
        }

        foreach (Cid car in _cars.Keys.Where(car => !done.Contains(car)).Order().ToList())
        {
            bool isSound = await ReadCarAsync(car, Role.Loose, isFirst: false, cancellation);
            if (isSound && opens)
                _findings.Add(FindingKind.Orphan, DataFiles.KeyOfCar(car), "no head leads to it: a commit that did not come to its end, or one whose head was overwritten");
        }
    }

    private async ValueTask<List<Cid>> SnapshotFilesAsync(CancellationToken cancellation)
    {
        var files = new List<Cid>();
        await TryReadAsync(SnapshotName.Folder, async () =>
            files.AddRange((await KeptSnapshot.ListAsync(_store.Data, cancellation)).Values.SelectMany(static kept => kept.Group.Cars)));
        return files;
    }

    /// <returns>Whether the file is there and sound.</returns>
    private async ValueTask<bool> ReadCarAsync(Cid car, Role role, bool isFirst, CancellationToken cancellation)
    {
        string key = DataFiles.KeyOfCar(car);
        CarFile? file = null;
        if (!await TryReadAsync(key, async () => file = await _files.ReadAsync(key, car, cancellation)))
            return false;
        Tell(_cars.GetValueOrDefault(car, file?.Length ?? 0));
        if (file is null)
        {
            // A file that vanished since the listing was no longer in the log, or the inspection starts over.
            if (role == Role.Log)
                _findings.Add(FindingKind.MissingFile, key, "the log names it, and it is not there");
            return false;
        }

        bool isSound = true;
        foreach (CarBlock block in file.Blocks)
            isSound &= CheckBlock(key, new Block(block.Cid, file.Content(block)), role);
        return isSound && (!isFirst || CheckHeader(key, file, role));
    }

    private bool CheckBlock(string key, Block block, Role role)
    {
        _blocks++;
        if (!block.Cid.Names(block.Bytes.Span))
        {
            _findings.Add(FindingKind.CorruptBlock, block.Cid.ToString(), $"its bytes in {key} are not what the content id names");
            return false;
        }

        if (role == Role.Loose)
            return true;
        try
        {
            _graph.Add(block, isReplaced: role == Role.Replaced);
            return true;
        }
        catch (MalformedBlockException e)
        {
            _findings.Add(FindingKind.CorruptBlock, block.Cid.ToString(), $"in {key}: {e.Message}");
            return false;
        }
    }

    // Headers say which files were replaced; those of replaced files are followed too, since readers fall back on them.
    private bool CheckHeader(string key, CarFile file, Role role)
    {
        bool isHeader = file.Roots.Count == 1 && file.Blocks.Count > 0 && file.Blocks[0].Cid == file.Roots[0];
        try
        {
            if (isHeader)
            {
                CarHeader header = CarHeader.Read(new Block(file.Roots[0], file.Content(file.Blocks[0])));
                foreach (Cid replaced in header.Compact.SelectMany(static group => group.Cars))
                    _replaced.Enqueue(replaced);
                return true;
            }
        }
        catch (MalformedBlockException)
        {
            isHeader = false;
        }

        // The second file of a replaced group has no header.
        if (role == Role.Log)
            _findings.Add(FindingKind.CorruptFile, key, "the first file of a group starts with a header, and this does not");
        return role != Role.Log;
    }

    private async ValueTask ReadAttachmentsAsync(bool opens, CancellationToken cancellation)
    {
        var sound = new List<Cid>();
        foreach (Cid cid in _attachments.Keys.Order().ToList())
        {
            string key = DataFiles.KeyOfAttachments(cid);
            CarFile? file = null;
            if (!await TryReadAsync(key, async () => file = await _files.ReadAsync(key, cid, cancellation)))
                continue;
            Tell(_attachments[cid]);
            foreach (CarBlock block in file?.Blocks ?? [])
            {
                var content = new Block(block.Cid, file!.Content(block));
                if (CheckBlock(key, content, Role.Loose))
                    _attached[(cid, block.Cid)] = block.Length;
            }

            if (file is not null && _graph.AttachmentTrees.Contains(cid))
                NoteTree(key, cid, file);
            sound.Add(cid);
        }

        if (!opens)
            return;
        HashSet<Cid> leaves = [.. _trees.Values.SelectMany(static tree => tree.Leaves).Select(static leaf => leaf.Car)];
        foreach (Cid cid in sound.Where(cid => !_graph.AttachmentFiles.Contains(cid) && !leaves.Contains(cid)))
            _findings.Add(FindingKind.Orphan, DataFiles.KeyOfAttachments(cid), "no document names it: it was attached to one that is gone, or whose put did not come to its end");
    }

    private void NoteTree(string key, Cid cid, CarFile file)
    {
        try
        {
            _trees[cid] = AttachmentTree.Read(file);
        }
        catch (DagCborException e)
        {
            _findings.Add(FindingKind.CorruptFile, key, $"a document names it as the list of the pieces of a large file: {e.Message}");
        }
    }

    private void Tell(long length)
    {
        _filesRead++;
        _bytesRead += length;
        _progress?.Invoke(new InspectionProgress(_filesRead, Math.Max(_filesRead, _cars.Count + _attachments.Count), _bytesRead));
    }

    private async ValueTask<bool> TryReadAsync(string key, Func<ValueTask> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (StorageException e) when (IsDamage(e))
        {
            Tell(0);
            _findings.Add(FindingKind.CorruptFile, key, ReasonOf(e));
            return false;
        }
    }

    private async ValueTask<bool> TryAsync(Func<ValueTask> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (StorageException e) when (IsDamage(e))
        {
            _findings.Add(FindingKind.Unopenable, "heads", e.Message);
        }
        catch (Exception e) when (e is MissingBlockException or MalformedBlockException or UnrelatedHistoriesException)
        {
            _findings.Add(FindingKind.Unopenable, "heads", e.Message);
        }

        return false;
    }

    // A key that is not in the bag is told by the opening of a file; a provider that refuses tells it in another call.
    private static bool IsDamage(StorageException e) =>
        e.Kind == StorageErrorKind.Corrupt || (e.Kind == StorageErrorKind.NotAuthorized && e.Operation == "open");

    private static string ReasonOf(StorageException e)
    {
        string prefix = $"{e.Operation} '{e.Key}': ";
        return e.Message.StartsWith(prefix, StringComparison.Ordinal) ? e.Message[prefix.Length..] : e.Message;
    }
}
