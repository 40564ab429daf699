using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>A key bag as a folder, one file a key name, as the reference engine keeps it. Files are readable by the owner only, and so is a folder that is made here.</summary>
/// <remarks>
/// A file's name is the key name with every character other than an ASCII letter or digit replaced by <c>_</c>, so two key names can share one file. Such a
/// name is refused as InvalidName, for reading and for writing: a foreign key is neither taken nor overwritten.
/// </remarks>
public sealed class FolderKeyBag : IKeyBag, IDisposable
{
    /// <summary>Longest item that is read or written, in bytes: 1 MiB, thousands of keys.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>The environment variable that names the key bag, as a <c>file:</c> URL.</summary>
    public const string UrlVariable = "FP_KEYBAG_URL";

    private readonly FolderWriter _writer;
    private readonly string _folder;

    /// <summary>The key bag in a folder. The folder is made by the first write; reading makes nothing.</summary>
    /// <param name="folder">Path, absolute or relative to the working folder.</param>
    /// <param name="options">Clock, randomness and durability.</param>
    public FolderKeyBag(string folder, GatewayOptions options)
        : this(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), options)
    {
    }

    internal FolderKeyBag(IDisk disk, string folder, GatewayOptions options)
    {
        _folder = folder;
        _writer = new FolderWriter(disk, folder, options, ownerOnly: true);
    }

    /// <summary>Where the reference engine keeps its keys: <c>FP_KEYBAG_URL</c>, else <c>$HOME/.fireproof/keybag</c>.</summary>
    /// <param name="environment">Gives the value of an environment variable, or null.</param>
    /// <exception cref="StorageException">Unsupported for a URL that is no file; Permanent when neither variable is set.</exception>
    public static string DefaultDirectory(Func<string, string?> environment)
    {
        if (environment(UrlVariable) is { Length: > 0 } url)
        {
            GatewayUrl parsed = GatewayUrl.Parse(url);
            return parsed.Scheme == GatewayScheme.File
                ? parsed.Path
                : throw new StorageException(StorageErrorKind.Unsupported, "open key bag", "", $"{UrlVariable} is not a file: URL");
        }

        return environment("HOME") is { Length: > 0 } home
            ? $"{Path.TrimEndingDirectorySeparator(home)}/.fireproof/keybag"
            : throw new StorageException(StorageErrorKind.Permanent, "open key bag", "", $"neither {UrlVariable} nor HOME is set, so there is no default key bag");
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadOnlyMemory<byte>?>(cancellation);
        try
        {
            return new ValueTask<ReadOnlyMemory<byte>?>(ReadOwn(PathOf(keyName), keyName, "read key"));
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<ReadOnlyMemory<byte>?>(Named(failure, "read key", keyName));
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        try
        {
            Replace(keyName, item, static _ => { });
            return ValueTask.CompletedTask;
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException(Named(failure, "write key", keyName));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryReplaceAsync(string keyName, ReadOnlyMemory<byte> item, ReadOnlyMemory<byte>? expected, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellation);
        try
        {
            Replace(keyName, item, now =>
            {
                if (now is null != expected is null || (now is { } there && !there.Span.SequenceEqual(expected!.Value.Span)))
                    throw new StorageException(StorageErrorKind.PreconditionFailed, "write key", keyName, "the item is another one meanwhile");
            });
            return ValueTask.FromResult(true);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.PreconditionFailed)
        {
            return ValueTask.FromResult(false);
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<bool>(Named(failure, "write key", keyName));
        }
    }

    /// <summary>Closes the lock files. The keys stay.</summary>
    public void Dispose() => _writer.Dispose();

    // The check is made with every other writer of this bag kept out.
    private void Replace(string keyName, ReadOnlyMemory<byte> item, Action<ReadOnlyMemory<byte>?> check)
    {
        string path = PathOf(keyName);
        if (item.Length > MaxLength)
            throw new StorageException(StorageErrorKind.Permanent, "write key", path, $"{item.Length} bytes, and {MaxLength} is the limit");
        _writer.MakeRoot();
        _ = _writer.Replace(path, item.Span, () => check(ReadOwn(path, keyName, "write key")));
    }

    private static StorageException Named(Exception failure, string operation, string keyName) =>
        failure as StorageException ?? FilesystemFailures.ToStorage((DiskException)failure, operation, ObjectKey.Printable(keyName));

    // The name that the stored item gives itself; items of older forms have no id.
    internal static string? NameIn(ReadOnlySpan<byte> item)
    {
        Utf8JsonReader json = new(item);
        string? id = null;
        string? name = null;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = json.ValueTextEquals("id"u8);
            bool isName = json.ValueTextEquals("name"u8);
            _ = json.Read();
            if (isId && json.TokenType == JsonTokenType.String)
                id = json.GetString();
            else if (isName && json.TokenType == JsonTokenType.String)
                name = json.GetString();
            else
                json.Skip();
        }

        return id ?? name;
    }

    private string PathOf(string keyName)
    {
        if (keyName.Length == 0)
            throw new StorageException(StorageErrorKind.InvalidName, "open key bag", "", "the name of a key is not empty");
        return string.Create(null, $"{_folder}/{Replaced(keyName)}.json");
    }

    private static string Replaced(string keyName) =>
        string.Create(keyName.Length, keyName, static (text, name) =>
        {
            for (int i = 0; i < name.Length; i++)
                text[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
        });

    private ReadOnlyMemory<byte>? ReadOwn(string path, string keyName, string operation)
    {
        if (_writer.Disk.Read(path, 0, long.MaxValue, MaxLength) is not { } item)
        {
            if (_writer.Disk.Stat(path) is { IsFolder: true })
                throw new StorageException(StorageErrorKind.Permanent, operation, path, "a folder stands where a key should be");
            return null;
        }

        string? stored;
        try
        {
            stored = NameIn(item.Bytes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new StorageException(StorageErrorKind.Corrupt, operation, path, "the item is not JSON; restore it from a copy, the key is nowhere else", exception);
        }

        if (stored is null)
            throw new StorageException(StorageErrorKind.Corrupt, operation, path, "the item names no key");
        if (stored != keyName)
        {
            throw new StorageException(
                StorageErrorKind.InvalidName, operation, path, $"the file holds the key '{ObjectKey.Printable(stored)}', and the name '{ObjectKey.Printable(keyName)}' falls on the same file; choose another name");
        }

        return item.Bytes;
    }
}
