using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Wire;

/// <summary>The calls of the port at objects that a check has put beforehand.</summary>
internal sealed class WireCalls
{
    private const int Length = 3000;
    private readonly ClauseContext _context;
    private readonly string _prefix;
    private readonly string[] _keys;
    private readonly string _absent;
    private int _next;

    private WireCalls(ClauseContext context)
    {
        _context = context;
        _prefix = context.Key("read/");
        _keys = [.. Enumerable.Range(0, 3).Select(i => $"{_prefix}{i}.car")];
        _absent = context.Key("none/absent.car");
    }

    /// <summary>Gets an object.</summary>
    public WireCall Get => new("get", _keys[0], ["GET"], async (store, cancellation) =>
        await store.GetAsync(_keys[0], null, cancellation) is not { } content ? "said that there is no such object, which there is"
            : ClauseContext.Difference(content.Bytes.Span, Body(_keys[0])) is { } difference ? $"gave {difference}" : null);

    /// <summary>Gets a part of an object.</summary>
    public WireCall GetPart => new("get of a part", _keys[1], ["GET"], async (store, cancellation) =>
        await store.GetAsync(_keys[1], new ByteRange(100, 2000), cancellation) is not { } content ? "said that there is no such object, which there is"
            : ClauseContext.Difference(content.Bytes.Span, Body(_keys[1]).AsSpan(100, 2000)) is { } difference ? $"gave {difference}" : null);

    /// <summary>Heads an object.</summary>
    public WireCall Head => new("head", _keys[0], ["HEAD", "GET"], async (store, cancellation) =>
        await store.HeadAsync(_keys[0], cancellation) is not { } info ? "said that there is no such object, which there is"
            : info.Length != Length ? $"told of {info.Length} bytes instead of {Length}" : null);

    /// <summary>Lists the objects.</summary>
    public WireCall List => new("listing", _prefix, ["GET", "PROPFIND"], async (store, cancellation) =>
    {
        List<string> listed = [];
        string? after = null;
        do
        {
            ListPage page = await store.ListAsync(_prefix, after, 1000, cancellation);
            listed.AddRange(page.Objects.Select(o => o.Key));
            after = page.After;
        }
        while (after is not null);
        return ClauseContext.SetDifference(listed, _keys) is { } difference ? $"was wrong: {difference}" : null;
    });

    /// <summary>Gets what is not there: nobody can know that who was not told.</summary>
    public WireCall GetAbsent => new("get of an absent key", _absent, ["GET"], async (store, cancellation) =>
        await store.GetAsync(_absent, null, cancellation) is null ? "said that there is nothing, which it could not know" : "gave what was never put");

    /// <summary>Heads what is not there: nobody can know that who was not told.</summary>
    public WireCall HeadAbsent => new("head of an absent key", _absent, ["HEAD", "GET"], async (store, cancellation) =>
        await store.HeadAsync(_absent, cancellation) is null ? "said that there is nothing, which it could not know" : "told of what was never put");

    /// <summary>All calls that read what is there.</summary>
    public ImmutableArray<WireCall> Reads => [Get, GetPart, Head, List];

    /// <summary>All calls, writes to keys of their own.</summary>
    public ImmutableArray<WireCall> All => [.. Reads, Put(), Delete()];

    /// <summary>Puts the objects.</summary>
    public static async Task<WireCalls> PrepareAsync(ClauseContext context)
    {
        WireCalls calls = new(context);
        foreach (string key in calls._keys)
            await context.PutAsync(key, calls.Body(key));
        foreach (string key in calls._keys)
            await context.ReadsAsync(key, calls.Body(key), "before anything was bent");
        await context.ListsAsync(calls._prefix, calls._keys, "before anything was bent");
        return calls;
    }

    /// <summary>Puts a new object. When that is acknowledged the object must be there.</summary>
    public WireCall Put()
    {
        string key = _context.Key($"written/{Interlocked.Increment(ref _next)}.car");
        return new WireCall("put", key, ["PUT", "MOVE"], async (store, cancellation) =>
        {
            byte[] body = Body(key);
            await store.PutAsync(key, body, PutCondition.None, cancellation);
            return await ComplaintAsync(() => _context.ReadsAsync(key, body, "afterwards")) is { } complaint ? $"was acknowledged, and {complaint}" : null;
        });
    }

    /// <summary>Deletes an object, which is put first. When that is acknowledged the object must be gone.</summary>
    public WireCall Delete()
    {
        string key = _context.Key($"removed/{Interlocked.Increment(ref _next)}.car");
        bool isThere = false;
        return new WireCall("delete", key, ["DELETE"], async (store, cancellation) =>
        {
            if (!isThere)
                await _context.PutAsync(key, Body(key));
            isThere = true;
            if (!await store.DeleteAsync(key, null, cancellation) && await _context.HeadAsync(key) is not null)
                return "said that there is no such object, which there is";
            return await ComplaintAsync(() => _context.AbsentAsync(key, "afterwards")) is { } complaint ? $"was acknowledged, and {complaint}" : null;
        });
    }

    private static async Task<string?> ComplaintAsync(Func<Task> check)
    {
        try
        {
            await check();
            return null;
        }
        catch (ClauseViolation violation)
        {
            return violation.Message;
        }
    }

    private byte[] Body(string key) => _context.Body(key, Length);
}
