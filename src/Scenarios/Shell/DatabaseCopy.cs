using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Scenarios.Shell;

/// <summary>Copies a database from one provider to another, file by file and byte by byte; heads come last, so that a copy which breaks off is no database.</summary>
/// <remarks>
/// Each file is opened before it is stored, and must have the content id that it is named by. Indexes are caches and the upload log belongs to its device:
/// neither is copied. When the source is compacted meanwhile, the copy goes on from the new heads.
/// </remarks>
internal sealed class DatabaseCopy(IDeviceStore source, IDeviceStore target, KeyRing? keys, ShellProgress progress)
{
    private const string Folder = "data/";
    private const string Suffix = ".car";
    private const int MaxAttempts = 5;

    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private HashSet<string> _there = new(StringComparer.Ordinal);

    /// <summary>Files that were stored.</summary>
    public long Copied { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Files that the target had already, with the same bytes.</summary>
    public long Present { get; private set; }

    /// <summary>Copies all.</summary>
    /// <exception cref="StorageException">
    /// PreconditionFailed when the target holds something else; Corrupt when a file of the source is missing or not what its name says: no head was copied.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        HashSet<Cid> expected = await CheckTargetAsync(cancellation);
        await target.PrepareAsync(cancellation);
        for (int attempt = 1; ; attempt++)
        {
            MetaReading heads = await source.Metadata.ReadAsync(cancellation);
            foreach (string key in await ListAsync(source.Data, cancellation))
                await CopyAsync(key, cancellation);
            string? missing = await CopyLogAsync(heads, cancellation);
            if (missing is null)
            {
                await CopySnapshotsAsync(cancellation);
                await PublishAsync(heads, expected, cancellation);
                return;
            }

            if (attempt == MaxAttempts || (await source.Metadata.ReadAsync(cancellation)).Version == heads.Version)
                throw new StorageException(StorageErrorKind.Corrupt, "copy", missing, "the heads of the source lead to this file, and it is not there");
        }
    }

    private async ValueTask<HashSet<Cid>> CheckTargetAsync(CancellationToken cancellation)
    {
        try
        {
            _there = await ListAsync(target.Data, cancellation);
            HashSet<Cid> heads = EntriesOf(await target.Metadata.ReadAsync(cancellation));
            if (heads.Count > 0 && !heads.SetEquals(EntriesOf(await source.Metadata.ReadAsync(cancellation))))
                throw Refused("it holds a database with other heads");
            if (heads.Count == 0 && _there.Except(await ListAsync(source.Data, cancellation)).FirstOrDefault() is { } strange)
                throw Refused($"it holds '{strange}', which the source has not");
            return heads;
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.MissingContainer)
        {
            // A folder that is not there yet is made; a bucket that is missing is told when it is prepared.
            return [];
        }
    }

    private async ValueTask CopyAsync(string key, CancellationToken cancellation)
    {
        if (_done.Contains(key) || await source.Data.GetAsync(key, null, cancellation) is not { } content)
            return;
        Check(key, content.Bytes);
        if (_there.Contains(key) && await target.Data.GetAsync(key, null, cancellation) is { } there && there.Bytes.Span.SequenceEqual(content.Bytes.Span))
        {
            Present++;
        }
        else
        {
            await target.Data.PutAsync(key, content.Bytes, PutCondition.None, cancellation);
            Copied++;
            Bytes += content.Bytes.Length;
        }

        _done.Add(key);
        progress.Tell(() => string.Create(CultureInfo.InvariantCulture, $"copy: {_done.Count:N0} files, {Bytes:N0} bytes"));
    }

    // A listing may lag behind the heads; what they lead to is asked for by name.
    private async ValueTask<string?> CopyLogAsync(MetaReading heads, CancellationToken cancellation)
    {
        foreach (MetaEntry entry in heads.Entries)
        {
            CarGroup newest = MetaPayload.Read(entry);
            if (await CopyGroupAsync(newest, cancellation) is { } missing)
                return missing;
            foreach (CarGroup older in await ReadLogAsync(newest.First, cancellation))
            {
                if (await CopyGroupAsync(older, cancellation) is { } gone)
                    return gone;
            }
        }

        return null;
    }

    // Their files lie among the others, and were copied with them.
    private async ValueTask CopySnapshotsAsync(CancellationToken cancellation)
    {
        await foreach (ObjectInfo kept in source.Data.ListAllAsync(Database.SnapshotPrefix, cancellation))
        {
            if (await source.Data.GetAsync(kept.Key, null, cancellation) is { } content)
                await target.Data.PutAsync(kept.Key, content.Bytes, PutCondition.None, cancellation);
        }
    }

    private async ValueTask<string?> CopyGroupAsync(CarGroup group, CancellationToken cancellation)
    {
        foreach (Cid car in group.Cars)
        {
            string key = $"{Folder}{car}{Suffix}";
            await CopyAsync(key, cancellation);
            if (!_done.Contains(key))
                return key;
        }

        return null;
    }

    private async ValueTask<IReadOnlyList<CarGroup>> ReadLogAsync(Cid first, CancellationToken cancellation)
    {
        string key = $"{Folder}{first}{Suffix}";
        ObjectContent content = await target.Data.GetAsync(key, null, cancellation)
            ?? throw new StorageException(StorageErrorKind.Corrupt, "copy", key, "the target does not give back what was just stored");
        CarFile file = CarFile.Parse(Check(key, content.Bytes));
        return CarHeader.Read(new Block(file.Roots[0], file.Content(file.Blocks[0]))).Cars;
    }

    private async ValueTask PublishAsync(MetaReading heads, HashSet<Cid> expected, CancellationToken cancellation)
    {
        await using (await target.CommitLock.AcquireAsync(cancellation))
        {
            if (!expected.SetEquals(EntriesOf(await target.Metadata.ReadAsync(cancellation))))
                throw Refused("another writer began a database there meanwhile");
            foreach (MetaEntry entry in heads.Entries)
                await target.Metadata.PublishAsync(entry, [], CancellationToken.None);
        }
    }

    private ReadOnlyMemory<byte> Check(string key, ReadOnlyMemory<byte> stored)
    {
        Cid name = NameOf(key)!.Value;
        try
        {
            if (keys is not null)
                return SealedFile.Open(keys, stored.Span, name);
        }
        catch (SealException e)
        {
            throw new StorageException(e.Fault == SealFault.UnknownKey ? StorageErrorKind.NotAuthorized : StorageErrorKind.Corrupt, "copy", key, e.Message, e);
        }

        return name.Names(stored.Span) ? stored : throw new StorageException(StorageErrorKind.Corrupt, "copy", key, "the content does not have the content id that the file is named by");
    }

    private static async ValueTask<HashSet<string>> ListAsync(IDataGateway data, CancellationToken cancellation)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        await foreach (ObjectInfo file in data.ListAllAsync(Folder, cancellation))
        {
            if (NameOf(file.Key) is not null)
                keys.Add(file.Key);
        }

        return keys;
    }

    // Files of the log end with the suffix, files with attachments do not; anything else is none of the format's.
    private static Cid? NameOf(string key)
    {
        ReadOnlySpan<char> name = key.AsSpan(Folder.Length);
        if (name.EndsWith(Suffix, StringComparison.Ordinal))
            name = name[..^Suffix.Length];
        return Cid.TryParse(name, out Cid cid) && cid.Codec == CidCodec.Car ? cid : null;
    }

    private static HashSet<Cid> EntriesOf(MetaReading reading) => [.. reading.Entries.Select(static entry => entry.Cid)];

    private static StorageException Refused(string why) =>
        new(StorageErrorKind.PreconditionFailed, "copy", "", $"the target is not empty: {why}; copy to an empty place");
}
