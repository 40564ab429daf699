using System.Buffers;
using System.Globalization;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FireproofBench.Endpoint.Objects;

/// <summary>GET, HEAD and the listing of objects.</summary>
internal sealed class ObjectReads(IDataGateway data, WriteLedger writes, EndpointOptions options)
{
    private static readonly StringValues _binary = new("application/octet-stream");
    private static readonly StringValues _bytes = new("bytes");

    // An answer to a token is for whoever has one; a store on the way must not give it to others.
    private static readonly StringValues _immutable = new("public, max-age=31536000, immutable");
    private static readonly StringValues _immutablePrivate = new("private, max-age=31536000, immutable");
    private static readonly StringValues _revalidate = new("no-cache");

    /// <summary>Sends an object or a range of it.</summary>
    public async Task GetAsync(EndpointRequest request)
    {
        HttpContext http = request.Http;
        string key = ObjectNames.InStore(request.Database, request.Key, "get");
        ByteRange? wanted = null;

        // With If-Range all of the object is the answer, which is always right.
        if (http.Request.Headers.Range is { Count: > 0 } text && RangeHeader.TryRead(text, out RangeHeader range)
            && http.Request.Headers.IfRange.Count == 0)
        {
            long length = 0;
            if (range.First is null)
            {
                if (await data.HeadAsync(key, request.Aborted) is not { } there)
                {
                    await WriteAbsentAsync(http);
                    return;
                }

                length = there.Length;
            }

            wanted = range.OfLength(length) ?? new ByteRange(length, 1);
        }

        // The first piece tells the length; of nearly all objects it is the whole.
        ByteRange first = new(wanted?.Offset ?? 0, Math.Min(wanted?.Length ?? long.MaxValue, options.PieceLength));
        ObjectContent? content = await data.GetAsync(key, first, request.Aborted);
        if (content is null)
        {
            await WriteAbsentAsync(http);
            return;
        }

        ObjectInfo info = content.Info;
        WriteHead(request, info, key);
        if (!await IsWantedAsync(http, info))
            return;
        if (wanted is { } part)
        {
            if (part.Offset >= info.Length)
            {
                http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{info.Length}");
                http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                http.Response.ContentLength = 0;
                return;
            }

            long end = part.Length >= info.Length - part.Offset ? info.Length : part.Offset + part.Length;
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {part.Offset}-{end - 1}/{info.Length}");
            await SendAsync(http, key, content, part.Offset, end);
            return;
        }

        await SendAsync(http, key, content, 0, info.Length);
    }

    /// <summary>Tells of an object without its bytes.</summary>
    public async Task HeadAsync(EndpointRequest request)
    {
        string key = ObjectNames.InStore(request.Database, request.Key, "head");
        if (await data.HeadAsync(key, request.Aborted) is not { } info)
        {
            await WriteAbsentAsync(request.Http);
            return;
        }

        WriteHead(request, info, key);
        if (await IsWantedAsync(request.Http, info))
            request.Http.Response.ContentLength = info.Length;
    }

    /// <summary>Lists one page.</summary>
    public async Task ListAsync(EndpointRequest request)
    {
        IQueryCollection query = request.Http.Request.Query;
        int limit = options.MaxListLength;
        if (query["limit"] is [{ } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1))
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, nameof(StorageErrorKind.Permanent), "'limit' is a number from 1 up");
        string prefix = query["prefix"].ToString();
        string? after = query["after"] is [{ Length: > 0 } place] ? place : null;
        ListPage page = await data.ListAsync(
            string.Concat(request.Database, "/", prefix), ObjectNames.AfterInStore(request.Database, after), Math.Min(limit, options.MaxListLength), request.Aborted);
        byte[] body = HeadsJson.Write(json =>
        {
            json.WriteStartArray("objects"u8);
            foreach (ObjectInfo info in page.Objects)
            {
                json.WriteStartObject();
                json.WriteString("key"u8, ObjectNames.OfStore(request.Database, info.Key));
                json.WriteNumber("length"u8, info.Length);
                json.WriteString("version"u8, info.Version);
                if (info.LastModified is { } modified)
                    json.WriteString("modified"u8, modified.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("after"u8, ObjectNames.AfterOfStore(request.Database, page.After));
        });
        await JsonBody.WriteAsync(request.Http, body);
    }

    private static Task WriteAbsentAsync(HttpContext http) =>
        Refusals.WriteAsync(http, StatusCodes.Status404NotFound, EndpointHeaders.Absent, "there is no such object");

    private static async ValueTask<bool> IsWantedAsync(HttpContext http, ObjectInfo info)
    {
        IHeaderDictionary headers = http.Request.Headers;
        if (headers.IfMatch is [{ } demanded] && demanded != "*" && (!EntityTag.TryRead(demanded, out string? version) || version != info.Version))
        {
            await Refusals.WriteAsync(http, StatusCodes.Status412PreconditionFailed, nameof(StorageErrorKind.PreconditionFailed), "the object is another version");
            return false;
        }

        if (headers.IfNoneMatch is [{ } known] && (known == "*" || (EntityTag.TryRead(known, out string? had) && had == info.Version)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return false;
        }

        return true;
    }

    private void WriteHead(EndpointRequest request, ObjectInfo info, string key)
    {
        IHeaderDictionary headers = request.Http.Response.Headers;
        headers.ContentType = _binary;
        headers.AcceptRanges = _bytes;
        headers.CacheControl = !ObjectNames.IsImmutable(request.Key) ? _revalidate : request.Caller.IsAuthenticated ? _immutablePrivate : _immutable;
        if (info.Version.Length > 0)
        {
            headers.ETag = EntityTag.Write(info.Version);
            if (writes.Find(key, info.Version) is { } writeId)
                headers[EndpointHeaders.WriteId] = writeId;
        }

        if (info.LastModified is { } modified)
            headers.LastModified = HeaderUtilities.FormatDate(modified);
    }

    private async ValueTask SendAsync(HttpContext http, string key, ObjectContent first, long offset, long end)
    {
        http.Response.ContentLength = end - offset;
        http.Response.BodyWriter.Write(first.Bytes.Span);
        long sent = offset + first.Bytes.Length;

        // What is whole at once goes out with the head, when the request ends; after that the server flushes nothing by itself.
        if (sent < end)
            _ = await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        while (sent < end)
        {
            http.RequestAborted.ThrowIfCancellationRequested();
            ObjectContent? next = await data.GetAsync(key, new ByteRange(sent, Math.Min(end - sent, options.PieceLength)), http.RequestAborted);

            // Half of one version and half of another is worse than a connection that breaks.
            if (next is null || next.Info.Version != first.Info.Version || next.Info.Length != first.Info.Length || next.Bytes.IsEmpty)
            {
                http.Abort();
                return;
            }

            _ = await http.Response.BodyWriter.WriteAsync(next.Bytes, http.RequestAborted);
            sent += next.Bytes.Length;
        }
    }
}
