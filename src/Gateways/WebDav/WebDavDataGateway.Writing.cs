using System.Collections.Concurrent;
using System.Net;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Writing and removing.</summary>
public sealed partial class WebDavDataGateway
{
    private const int Attempts = 3;

    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        PutAsync(key, () => new HttpUpload(content), content.Length, condition, cancellation);

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        PutAsync(key, () => new HttpUpload(content, key), content.Length, condition, cancellation);

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        Check(key, "delete");
        if (version is not null)
        {
            await ProbeAsync(cancellation);
            if (!Traits.ConditionalDelete)
                throw Unsupported("delete", key);
        }

        // Not every server looks at the depth, and a folder would go with all that is in it.
        if (await _connection.LookAsync(key, "delete", cancellation) is not { IsCollection: false })
        {
            await RequireBaseAsync("delete", cancellation);
            return version is null ? false : throw new StorageException(StorageErrorKind.PreconditionFailed, "delete", key, "there is no such object");
        }

        using HttpAnswer answer = await _connection.DeleteAsync(key, version, cancellation);
        switch ((int)answer.Status)
        {
            case 204:
                return true;
            case 200 when await _connection.LookAsync(key, "delete", cancellation) is null:
                return true;
            case 200:
                throw answer.Wrong(StorageErrorKind.Transient, "the answer says that all is well, and the object is still there; check what is on the way");
            case 404 or 410:
                await RequireBaseAsync("delete", cancellation);
                return version is null ? false : throw new StorageException(StorageErrorKind.PreconditionFailed, "delete", key, "there is no such object");
            case 423 when version is null:
                throw answer.Wrong(StorageErrorKind.Transient, "another change of the object is under way; try again");
            case 400 or 409 when await _connection.LookAsync(key, "delete", cancellation) is not { IsCollection: false }:
                return false;
            default:
                throw answer.Refusal();
        }
    }

    private static bool IsDone(HttpStatusCode status) => (int)status is 200 or 201 or 204;

    private static StorageException Unsupported(string operation, string key) =>
        new(StorageErrorKind.Unsupported, operation, key, "this server does not keep such a condition; nothing was sent");

    private async ValueTask<string> PutAsync(string key, Func<HttpUpload> open, long length, PutCondition condition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Check(key, "put");
        await ProbeAsync(cancellation);
        WebDavCapabilities known = _capabilities!;
        if ((condition.IsIfAbsent && !known.KeepsCreate) || (condition.Version is not null && !known.KeepsReplace))
            throw Unsupported("put", key);
        CheckName(known, key);
        bool isConditional = condition.IsIfAbsent || condition.Version is not null;
        for (int attempt = 1; ; attempt++)
        {
            await MakeFoldersAsync(FolderOf(key), key, cancellation);
            using HttpAnswer answer = known.WritesInPlace && !isConditional
                ? await PutAndMoveAsync(key, open(), cancellation)
                : await _connection.PutAsync(key, open(), condition, key, cancellation);
            if (answer.Status == HttpStatusCode.OK)
                await RequireStoredAsync(answer, key, length, isConditional, cancellation);
            if (IsDone(answer.Status))
                return answer.Message.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? WebDavVersion.Of(tags.First()) : "";

            // Another put or move of the key is under way. This one had no effect, and without a condition it may come again.
            if (answer.Status == HttpStatusCode.Locked && !isConditional)
                throw answer.Wrong(StorageErrorKind.Transient, "another change of the object is under way; try again");

            // What servers answer when the folder has gone meanwhile, or an object or a folder is in the way.
            bool isPlace = (int)answer.Status is 400 or 403 or 404 or 405 or 409 or 500;
            if (!isPlace || !await IsFolderMissingAsync(key, cancellation) || attempt == Attempts)
                throw answer.Refusal();
            ForgetFolders();
        }
    }

    // A put makes or replaces (201, 204). That all is well is also what a page on the way says.
    private async ValueTask RequireStoredAsync(HttpAnswer answer, string key, long length, bool isConditional, CancellationToken cancellation)
    {
        if (await _connection.LookAsync(key, "put", cancellation) is { IsCollection: false } there && there.Length == length && !answer.IsHtml)
            return;
        throw answer.Wrong(
            isConditional ? StorageErrorKind.Ambiguous : StorageErrorKind.Transient, "the answer is none to a put, and may be a page on the way; read back, and check the address");
    }

    // The temporary name is in the gateway's own folder, so that no listing shows it.
    private async ValueTask<HttpAnswer> PutAndMoveAsync(string key, HttpUpload upload, CancellationToken cancellation)
    {
        byte[] chance = new byte[16];
        _entropy.Fill(chance);
        string folder = ReservedFolder.Name + "/";
        string temporary = $"{folder}{Convert.ToHexStringLower(chance)}";
        await MakeFoldersAsync(folder, key, cancellation);
        bool moved = false;
        try
        {
            HttpAnswer put = await _connection.PutAsync(temporary, upload, PutCondition.None, key, cancellation);
            if (!IsDone(put.Status))
                return put;
            using (put)
            {
                HttpAnswer move = await MoveAsync(temporary, key, cancellation);
                moved = IsDone(move.Status);

                // The entity tag is the content's, and a move changes none.
                if (moved && put.Message.Headers.TryGetValues("ETag", out IEnumerable<string>? tags))
                    _ = move.Message.Headers.TryAddWithoutValidation("ETag", tags);
                return move;
            }
        }
        finally
        {
            if (!moved)
                await TryRemoveAsync(temporary);
        }
    }

    // A move in place of a folder would take all that is in it: so it goes in place of nothing, or of what was seen to be an object.
    private async ValueTask<HttpAnswer> MoveAsync(string temporary, string key, CancellationToken cancellation)
    {
        HttpAnswer first = await _connection.MoveAsync(temporary, key, overwrite: false, cancellation);
        if (first.Status != HttpStatusCode.PreconditionFailed)
            return first;
        first.Dispose();
        return await _connection.LookAsync(key, "put", cancellation) is { IsCollection: true }
            ? throw new StorageException(StorageErrorKind.InvalidName, "put", key, "a folder of that name is there")
            : await _connection.MoveAsync(temporary, key, overwrite: true, cancellation);
    }

    private async ValueTask TryRemoveAsync(string temporary)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(5), _time);
        try
        {
            using HttpAnswer answer = await _connection.DeleteAsync(temporary, null, patience.Token);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            // It is hidden, and no object.
        }
    }

    // Throws when something of a like name is in the way for good.
    private async ValueTask<bool> IsFolderMissingAsync(string key, CancellationToken cancellation)
    {
        for (int slash = key.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = key.IndexOf('/', slash + 1))
        {
            WebDavEntry? above = await _connection.LookAsync(key[..slash], "put", cancellation);
            if (above is null)
            {
                await RequireBaseAsync("put", cancellation);
                return true;
            }

            if (!above.IsCollection)
                throw new StorageException(StorageErrorKind.InvalidName, "put", key, $"an object stands where the folder '{key[..slash]}' should be");
        }

        if (await _connection.LookAsync(key, "put", cancellation) is { IsCollection: true })
            throw new StorageException(StorageErrorKind.InvalidName, "put", key, "a folder of that name is there");
        await RequireBaseAsync("put", cancellation);
        return false;
    }

    private static void CheckName(WebDavCapabilities known, string key)
    {
        if (known.HidesDotNames && (key[0] == '.' || key.Contains("/.", StringComparison.Ordinal)))
            throw new StorageException(StorageErrorKind.InvalidName, "put", key, "this server leaves names that start with a dot out of its listings");
    }

    private static string FolderOf(string key) => key[..(key.LastIndexOf('/') + 1)];

    private async ValueTask MakeFoldersAsync(string folder, string key, CancellationToken cancellation)
    {
        if (folder.Length == 0 || _folders.ContainsKey(folder))
            return;

        // Usually the one above is there. Who else makes the same folder at the same time does no harm.
        HttpStatusCode made = await _connection.MakeFolderAsync(folder, key, cancellation);
        if (!IsDone(made) && made != HttpStatusCode.MethodNotAllowed && FolderOf(folder[..^1]) is { Length: > 0 } above)
        {
            await MakeFoldersAsync(above, key, cancellation);
            made = await _connection.MakeFolderAsync(folder, key, cancellation);
        }

        // Whatever else it answers shows in the put itself.
        if (!IsDone(made) && made != HttpStatusCode.MethodNotAllowed)
            return;
        if (_folders.Count >= WebDavLimits.KnownFolders)
            ForgetFolders();
        _folders[folder] = true;
    }

    private void ForgetFolders() => _folders.Clear();
}
