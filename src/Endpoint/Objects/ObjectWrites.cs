using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FireproofBench.Endpoint.Objects;

/// <summary>PUT and DELETE of objects.</summary>
internal sealed class ObjectWrites(IDataGateway data, WriteLedger writes, EndpointOptions options)
{
    /// <summary>Stores an object whole, under a condition or none.</summary>
    public async Task PutAsync(EndpointRequest request)
    {
        HttpContext http = request.Http;
        string key = ObjectNames.InStore(request.Database, request.Key, "put");
        PutCondition condition = ConditionOf(http.Request.Headers);
        string? writeId = WriteIdOf(http.Request.Headers);
        long length = LengthOf(http);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = length;
        string version = length <= options.WholeObjectLength
            ? await data.PutAsync(key, await RequestBody.ReadAsync(http, (int)length), condition, request.Aborted)
            : await data.PutAsync(key, RequestBody.SourceOf(http, length, key), condition, request.Aborted);
        if (writeId is not null && version.Length > 0)
            writes.Note(key, version, writeId);
        if (version.Length > 0)
            http.Response.Headers.ETag = EntityTag.Write(version);
        http.Response.StatusCode = condition.IsIfAbsent ? StatusCodes.Status201Created : StatusCodes.Status204NoContent;
        if (condition.IsIfAbsent)
            http.Response.ContentLength = 0;
    }

    /// <summary>Removes an object, under a condition or none.</summary>
    public async Task DeleteAsync(EndpointRequest request)
    {
        string key = ObjectNames.InStore(request.Database, request.Key, "delete");
        PutCondition condition = ConditionOf(request.Http.Request.Headers);
        if (condition.IsIfAbsent)
            throw Refused(StatusCodes.Status400BadRequest, "If-None-Match says nothing for a delete");
        if (await data.DeleteAsync(key, condition.Version, request.Aborted))
            request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        else
            await Refusals.WriteAsync(request.Http, StatusCodes.Status404NotFound, EndpointHeaders.Absent, "there is no such object");
    }

    // A condition that is not understood must not be left out.
    private static PutCondition ConditionOf(IHeaderDictionary headers)
    {
        if (headers.IfModifiedSince.Count + headers.IfUnmodifiedSince.Count > 0)
            throw Refused(StatusCodes.Status400BadRequest, "conditions by date are not served: use If-Match with an entity tag");
        switch (headers.IfNoneMatch, headers.IfMatch)
        {
            case ({ Count: 0 }, { Count: 0 }):
                return PutCondition.None;
            case (["*"], { Count: 0 }):
                return PutCondition.IfAbsent;
            case ({ Count: 0 }, [{ } tag]) when EntityTag.TryRead(tag, out string? version):
                return PutCondition.IfMatches(version);
            default:
                throw Refused(StatusCodes.Status400BadRequest, "of conditions, If-None-Match: * and If-Match with one strong entity tag are served");
        }
    }

    private static string? WriteIdOf(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(EndpointHeaders.WriteId, out Microsoft.Extensions.Primitives.StringValues values))
            return null;
        if (values is not [{ Length: > 0 and <= EndpointHeaders.MaxWriteIdLength } id] || !id.All(char.IsAsciiLetterOrDigit))
            throw Refused(StatusCodes.Status400BadRequest, $"the id of a write has 1 to {EndpointHeaders.MaxWriteIdLength} letters and digits");
        return id;
    }

    private static RequestRefusedException Refused(int status, string reason) => new(status, nameof(StorageErrorKind.Permanent), reason);

    private long LengthOf(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding.Count > 0 && http.Request.Headers.ContentEncoding != "identity")
            throw Refused(StatusCodes.Status415UnsupportedMediaType, "objects are stored as they are: send no Content-Encoding");
        if (http.Request.Headers.ContentRange.Count > 0)
            throw Refused(StatusCodes.Status400BadRequest, "an object is stored whole: send no Content-Range");
        if (http.Request.ContentLength is not { } length)
            throw Refused(StatusCodes.Status411LengthRequired, "send the length of the object (Content-Length)");
        long limit = Math.Min(options.MaxObjectLength, data.Traits.MaxObjectLength);
        if (length > limit)
            throw Refused(StatusCodes.Status413PayloadTooLarge, $"{length} bytes; objects have at most {limit} here");
        return length;
    }
}
