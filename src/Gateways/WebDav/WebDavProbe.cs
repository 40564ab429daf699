using System.Net;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Gateways.WebDav;

/// <summary>
/// Finds out by some forty small requests what a server does, in a folder of its own that it removes again. Whether conditions hold among overlapping puts, and
/// whether a put shows before it is whole, is seen by a put that is held up in its middle: what it meets then does not hang on luck.
/// </summary>
internal sealed class WebDavProbe(WebDavConnection connection, IEntropy entropy, TimeProvider time)
{
    // The first half is on its way while the second waits. Some servers keep 100 KiB in memory before they write.
    private const int HeldLength = 512 * 1024;
    private const int FewestLooks = 5;
    private const int PacesOfLooking = 10;
    private const int QuickWrites = 10;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly List<string> _quirks = [];
    private TimeSpan _pace;
    private string _folder = "";

    /// <summary>Asks.</summary>
    /// <exception cref="StorageException">As the server fails.</exception>
    public async ValueTask<WebDavCapabilities> RunAsync(CancellationToken cancellation)
    {
        byte[] chance = new byte[8];
        entropy.Fill(chance);
        _folder = $"{ReservedFolder.Name}/probe-{Convert.ToHexStringLower(chance)}/";
        _ = await connection.MakeFolderAsync(ReservedFolder.Name + "/", _folder, cancellation);
        _ = await connection.MakeFolderAsync(_folder, _folder, cancellation);
        try
        {
            WebDavCapabilities found = new() { WritesInPlace = await WritesInPlaceAsync(cancellation) };
            found = await AskForConditionsAsync(found, cancellation);
            found = await AskForNamesAsync(found, cancellation);
            await AskForTagsAsync(cancellation);
            return found with { Quirks = [.. _quirks] };
        }
        finally
        {
            // All that was put here goes with its folder, which nobody else knows.
            using CancellationTokenSource patience = new(s_patience, time);
            try
            {
                using HttpAnswer answer = await connection.RemoveFolderAsync(_folder, patience.Token);
            }
            catch (Exception failure) when (failure is StorageException or OperationCanceledException)
            {
                // What stays is small, hidden, and no object.
            }
        }
    }

    // A busy server does later what an idle one does at once: it is given several times as long as a whole small put took.
    private TimeSpan Patience => _pace * PacesOfLooking < s_patience ? _pace * PacesOfLooking : s_patience;

    private async ValueTask<bool> WritesInPlaceAsync(CancellationToken cancellation)
    {
        string key = _folder + "whole";
        byte[] old = new byte[100];
        long start = time.GetTimestamp();
        await PutAsync(key, old, cancellation);
        _pace = time.GetElapsedTime(start);
        GatedSource held = new(new byte[HeldLength]);
        Task<HttpStatusCode> putting = SendAsync(key, new HttpUpload(held.Source, key), PutCondition.None, cancellation);
        bool seen = false;
        await AnyAsync(held.Halfway, putting);
        int looks = FewestLooks + (int)(Patience / s_look);
        for (int i = 0; i < looks && !seen; i++)
        {
            await Task.Delay(s_look, time, cancellation);
            using HttpAnswer answer = await connection.GetAsync(key, null, headOnly: true, cancellation);
            seen = answer.Status != HttpStatusCode.OK || answer.Length != old.Length;
        }

        held.Open();
        _ = await putting;
        if (seen)
            _quirks.Add("a put shows to readers before it is whole: objects are written under a temporary name and moved, and one that is replaced is absent for a moment");
        return seen;
    }

    private async ValueTask<WebDavCapabilities> AskForConditionsAsync(WebDavCapabilities found, CancellationToken cancellation)
    {
        string key = _folder + "conditions";
        await PutAsync(key, new byte[1], cancellation);
        HttpStatusCode created = await SendAsync(key, new HttpUpload(new byte[2]), PutCondition.IfAbsent, cancellation);
        HttpStatusCode replaced = await SendAsync(key, new HttpUpload(new byte[3]), PutCondition.IfMatches("no-such-tag"), cancellation);
        if (IsDone(created))
            _quirks.Add("If-None-Match: * on a put is ignored");
        if (IsDone(replaced))
            _quirks.Add("If-Match on a put is ignored");
        IgnoredConditions ignored = (IsDone(created) ? IgnoredConditions.Create : IgnoredConditions.None) | (IsDone(replaced) ? IgnoredConditions.Replace : IgnoredConditions.None);
        bool keepsCreate = false;
        bool keepsReplace = false;
        if (created == HttpStatusCode.PreconditionFailed)
        {
            keepsCreate = !await BothWinAsync(_folder + "race", PutCondition.IfAbsent, cancellation);
            if (!keepsCreate)
            {
                _quirks.Add("If-None-Match: * is looked at when a put begins and not when it ends: of two overlapping puts both succeeded");
                ignored |= IgnoredConditions.Create;
            }
        }

        if (replaced == HttpStatusCode.PreconditionFailed && await TagAsync(key, cancellation) is { Length: > 0 } tag)
        {
            if (WebDavVersion.IsWeak(tag))
            {
                _quirks.Add("the entity tag of a young object is weak, and If-Match refuses it");
            }
            else
            {
                keepsReplace = keepsCreate && !await BothWinAsync(key, PutCondition.IfMatches(WebDavVersion.Of(tag)), cancellation);
                if (!keepsReplace && keepsCreate)
                    ignored |= IgnoredConditions.Replace;
            }
        }

        await PutAsync(key, new byte[1], cancellation);
        using HttpAnswer deleted = await connection.DeleteAsync(key, "no-such-tag", cancellation);
        if (IsDone(deleted.Status))
        {
            _quirks.Add("If-Match on a delete is ignored");
            ignored |= IgnoredConditions.Delete;
        }

        bool keepsDelete = keepsReplace && deleted.Status == HttpStatusCode.PreconditionFailed;
        return found with { KeepsCreate = keepsCreate, KeepsReplace = keepsReplace, KeepsDelete = keepsDelete, Ignored = ignored };
    }

    // One put is held up in its middle while another one of the same condition runs from start to end.
    private async ValueTask<bool> BothWinAsync(string key, PutCondition condition, CancellationToken cancellation)
    {
        GatedSource held = new(new byte[HeldLength]);
        Task<HttpStatusCode> slow = SendAsync(key, new HttpUpload(held.Source, key), condition, cancellation);
        await AnyAsync(held.Halfway, slow);
        await Task.Delay(s_look + Patience, time, cancellation);
        Task<HttpStatusCode> quick = SendAsync(key, new HttpUpload(new byte[5]), condition, cancellation);

        // A server that lets one wait for the other must not be waited for in turn.
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await AnyAsync(quick, Task.Delay(s_patience, time, enough.Token));
        enough.Cancel();
        held.Open();
        return IsDone(await slow) & IsDone(await quick);
    }

    private async ValueTask<WebDavCapabilities> AskForNamesAsync(WebDavCapabilities found, CancellationToken cancellation)
    {
        const string Dot = ".dot";
        bool isListed = false;
        _ = await SendAsync(_folder + Dot, new HttpUpload(new byte[1]), PutCondition.None, cancellation);
        if (await connection.ListAsync(_folder, _folder, cancellation) is { } entries)
        {
            await foreach (WebDavEntry entry in entries)
                isListed |= WebDavPath.Segments(entry.Path) is [.., Dot];
        }

        if (!isListed)
            _quirks.Add("names that start with a dot are left out of listings; keys with such a segment are refused");
        return found with { HidesDotNames = !isListed };
    }

    private async ValueTask AskForTagsAsync(CancellationToken cancellation)
    {
        string key = _folder + "tags";
        HashSet<string> versions = new(StringComparer.Ordinal);
        bool isCoarse = false;
        for (byte i = 0; i < QuickWrites && !isCoarse; i++)
        {
            await PutAsync(key, [1, i], cancellation);
            isCoarse = !versions.Add(WebDavVersion.Of(await TagAsync(key, cancellation)));
        }

        bool hasTags = !versions.Contains("");
        if (!hasTags)
            _quirks.Add("there are no entity tags, so a replaced object cannot be told from the former one");
        else if (isCoarse)
            _quirks.Add("the entity tag is made of length and a coarse time: two contents of one length within that time have one version");
        if (hasTags && await connection.LookAsync(key, "open", cancellation) is { EntityTag: "" })
            _quirks.Add("listings have no entity tags; they are made of time and length, as the server does");
    }

    private async ValueTask PutAsync(string key, byte[] content, CancellationToken cancellation)
    {
        using HttpAnswer answer = await connection.PutAsync(key, new HttpUpload(content), PutCondition.None, key, cancellation);
        if (!IsDone(answer.Status))
            throw answer.Refusal();
    }

    private async Task<HttpStatusCode> SendAsync(string key, HttpUpload upload, PutCondition condition, CancellationToken cancellation)
    {
        try
        {
            using HttpAnswer answer = await connection.PutAsync(key, upload, condition, key, cancellation);
            return answer.Status;
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.Transient or StorageErrorKind.Ambiguous)
        {
            // Some servers break off where they refuse. The question is whether it was done.
            return HttpStatusCode.ServiceUnavailable;
        }
    }

    private async ValueTask<string> TagAsync(string key, CancellationToken cancellation)
    {
        using HttpAnswer answer = await connection.GetAsync(key, null, headOnly: true, cancellation);
        return answer.Message.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? tags.First() : "";
    }

    private static bool IsDone(HttpStatusCode status) => (int)status is 200 or 201 or 204;

    private static async Task AnyAsync(Task one, Task other) => _ = await Task.WhenAny(one, other);
}
