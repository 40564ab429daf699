using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The data files of one database behind a gateway: sealed on the way out, opened and checked against their names on the way in.</summary>
/// <param name="gateway">Where the files are.</param>
/// <param name="keys">The keys of the database; null for an unencrypted one.</param>
internal sealed class DataFiles(IDataGateway gateway, KeyRing? keys)
{
    private const string Folder = "data/";

    public const string Suffix = ".car";

    /// <summary>Where files lie, for listings.</summary>
    public static string Prefix => Folder;

    public IDataGateway Gateway => gateway;

    /// <summary>
    /// Gives each file of the log a random block, so that it is unlike any other of equal content; null where names follow from the content alone, as the reference engine's do.
    /// </summary>
    /// <remarks>
    /// Needed where others write without a common lock. Two devices that merge the same groups at the same time would write one file, and whoever is quicker may have replaced
    /// and deleted it before whoever is slower publishes a head that names it: then nobody could open the database.
    /// </remarks>
    public IEntropy? Marks { get; init; }

    /// <summary>Where a file is looked for that is not here; null when there is nowhere else.</summary>
    public RemoteFiles? Remotes { get; set; }

    /// <summary>The key of a CAR file of the log.</summary>
    public static string KeyOfCar(Cid car) => Folder + car + Suffix;

    /// <summary>The CAR file of the log that has a key; null for any other file.</summary>
    public static Cid? CarOf(string key)
    {
        ReadOnlySpan<char> name = key.AsSpan(Folder.Length);
        return name.EndsWith(Suffix, StringComparison.Ordinal) && Cid.TryParse(name[..^Suffix.Length], out Cid car) ? car : null;
    }

    /// <summary>The key of a file with attachments.</summary>
    public static string KeyOfAttachments(Cid car) => Folder + car;

    /// <summary>A file is not where a head or a log says. A store that shows late may show it in a while, or is yet to show the newer head: then the call is to be repeated.</summary>
    /// <param name="operation">What needed it.</param>
    /// <param name="key">Its key.</param>
    /// <param name="who">What says that it is there.</param>
    public StorageException Missing(string operation, string key, string who) => !MayBeLate
        ? new StorageException(StorageErrorKind.Corrupt, operation, key, $"{who}, and it is not there")
        : new StorageException(
            StorageErrorKind.Transient, operation, key, $"{who}, and the store does not show it yet; nothing is lost: try again in a while", new FileNotFoundException());

    /// <summary>Whether a file may be there that neither the store here nor a remote shows yet.</summary>
    public bool MayBeLate => !gateway.Traits.StronglyConsistent || Remotes is { MayBeLate: true };

    /// <summary>Whether a failure is one of <see cref="Missing"/> on a store that shows late: newer heads lead past it.</summary>
    public static bool IsNotShown(Exception failure) =>
        failure is StorageException { Kind: StorageErrorKind.Transient, InnerException: FileNotFoundException };

    /// <summary>Reads a file: from here, else from a remote store, and then it is kept here.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="asksAnyway">Whether a late remote store is asked that did not show it a moment ago.</param>
    /// <returns>Null when it is nowhere.</returns>
    /// <exception cref="StorageException">Corrupt when the bytes are not what the name says; else as the gateway, or the last remote that was asked, fails.</exception>
    public async ValueTask<CarFile?> ReadAsync(string key, Cid name, CancellationToken cancellation, bool asksAnyway = false)
    {
        if (await GetAsync(key, cancellation) is { } content)
            return await OpenAsync(key, name, content.Bytes, cancellation);
        if (Remotes is not { IsEmpty: false } remotes || await remotes.FindAsync(key, name, asksAnyway, cancellation) is not { } found)
            return null;
        CarFile file = await OpenAsync(key, name, found, cancellation);

        // A bookmark adds nothing, and would only be left over here when the next head is there.
        if (CarHeader.ReadOdd(file)?.IsBookmark != true)
            await gateway.PutAsync(key, found, PutCondition.None, cancellation);
        return file;
    }

    /// <summary>Brings a file here that is only at a remote store. Nothing happens when it is here.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name.</param>
    /// <param name="asksAnyway">Whether a late remote store is asked that did not show it a moment ago.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>False when it is nowhere.</returns>
    public async ValueTask<bool> BringAsync(string key, Cid name, bool asksAnyway, CancellationToken cancellation) =>
        await gateway.HeadAsync(key, cancellation) is not null || await ReadAsync(key, name, cancellation, asksAnyway) is not null;

    /// <summary>Begins a file of the log, whose plain content is to be written into it.</summary>
    /// <param name="length">Length of the plain content.</param>
    public FileDraft Begin(int length) => new(keys?.Sealing, length);

    /// <summary>Stores a file of the log.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="stored">What <see cref="FileDraft.Seal"/> gave.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async ValueTask WriteAsync(Cid name, ReadOnlyMemory<byte> stored, CancellationToken cancellation) =>
        await gateway.PutAsync(KeyOfCar(name), stored, PutCondition.None, cancellation);

    /// <summary>Seals and stores a file.</summary>
    /// <returns>How many bytes were stored.</returns>
    public async ValueTask<int> WriteAsync(string key, Cid name, byte[] plain, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> stored = Seal(name, plain);
        await gateway.PutAsync(key, stored, PutCondition.None, cancellation);
        return stored.Length;
    }

    /// <summary>Seals and stores a file, unless one of its name and length is there.</summary>
    /// <returns>How many bytes it has in the store.</returns>
    public async ValueTask<int> EnsureAsync(string key, Cid name, byte[] plain, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> stored = Seal(name, plain);
        if ((await gateway.HeadAsync(key, cancellation))?.Length != stored.Length)
            await gateway.PutAsync(key, stored, PutCondition.None, cancellation);
        return stored.Length;
    }

    /// <summary>Reads a block of a file with attachments.</summary>
    /// <param name="car">The file.</param>
    /// <param name="block">The block.</param>
    /// <param name="attachment">The attached file that it belongs to, for messages.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Its bytes, checked against its content id; null when the file is nowhere, or does not hold it.</returns>
    /// <exception cref="StorageException">Corrupt when the bytes are others; else as <see cref="ReadAsync"/>.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAttachedAsync(Cid car, Cid block, string attachment, CancellationToken cancellation)
    {
        string key = KeyOfAttachments(car);
        CarFile? file = await ReadAsync(key, car, cancellation, asksAnyway: true);
        foreach (CarBlock found in file?.Blocks ?? [])
        {
            if (found.Cid != block)
                continue;
            ReadOnlyMemory<byte> content = file!.Content(found);
            return block.Names(content.Span)
                ? content
                : throw new StorageException(StorageErrorKind.Corrupt, "open attachment", key, $"the file '{attachment}' in it is not what its content id names");
        }

        return null;
    }

    /// <summary>Checks that stored bytes are the file that they are named.</summary>
    /// <exception cref="StorageException">Corrupt when they are not, NotAuthorized when the key is unknown.</exception>
    public async ValueTask CheckAsync(string key, Cid name, ReadOnlyMemory<byte> stored, CancellationToken cancellation) =>
        _ = await OpenAsync(key, name, stored, cancellation);

    // Another process may have brought a new key into the bag since it was read.
    private async ValueTask<CarFile> OpenAsync(string key, Cid name, ReadOnlyMemory<byte> stored, CancellationToken cancellation)
    {
        try
        {
            return Open(key, name, stored);
        }
        catch (StorageException e) when (e.InnerException is SealException { Fault: SealFault.UnknownKey } && keys?.LookAgain is not null)
        {
            await keys.LookAgain(cancellation);
            return Open(key, name, stored);
        }
    }

    // A gateway refuses to read at once what no file of a database can be.
    private async ValueTask<ObjectContent?> GetAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await gateway.GetAsync(key, null, cancellation);
        }
        catch (StorageException e) when (e.Kind == StorageErrorKind.Unsupported)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "open", key, e.Reason, e);
        }
    }

    private ReadOnlyMemory<byte> Seal(Cid name, byte[] plain) => keys is null ? plain : SealedFile.Seal(keys.Sealing, plain, name);

    private CarFile Open(string key, Cid name, ReadOnlyMemory<byte> stored)
    {
        if (stored.Length > CarLimits.MaxFileLength)
            throw new StorageException(StorageErrorKind.Corrupt, "open", key, $"the file of {stored.Length} bytes is larger than {CarLimits.MaxFileLength}");
        try
        {
            ReadOnlyMemory<byte> plain = stored;
            if (keys is not null)
                plain = SealedFile.Open(keys, stored.Span, name);
            else if (SealedFile.IsSealed(stored.Span))
                throw new StorageException(StorageErrorKind.NotAuthorized, "open", key, "the file is sealed: open the database with its key bag");
            else if (!name.Names(stored.Span))
                throw new StorageException(StorageErrorKind.Corrupt, "open", key, "the content does not have the content id that the file is named by");
            return CarFile.Parse(plain);
        }
        catch (SealException e) when (e.Fault == SealFault.UnknownKey)
        {
            throw new StorageException(StorageErrorKind.NotAuthorized, "open", key, e.Message, e);
        }
        catch (SealException e) when (e.Fault == SealFault.Malformed && name.Names(stored.Span))
        {
            throw new StorageException(StorageErrorKind.NotAuthorized, "open", key, "the file is not sealed: open the database as an unencrypted one", e);
        }
        catch (Exception e) when (e is SealException or CarException)
        {
            throw new StorageException(StorageErrorKind.Corrupt, "open", key, e.Message, e);
        }
    }
}
