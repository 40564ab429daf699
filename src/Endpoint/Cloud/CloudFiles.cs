using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Files by the addresses that were given out for them.</summary>
internal sealed class CloudFiles(CloudAddresses addresses, CloudLedgers ledgers, ObjectReads reads, ObjectWrites writes, EndpointOptions options)
{
    // Whoever has an address was let in: what they read is theirs, and not for a cache of all.
    private static readonly EndpointIdentity _holder = new("cloud", [], null);

    /// <summary>Answers a request.</summary>
    public async Task RunAsync(HttpContext http)
    {
        IQueryCollection query = http.Request.Query;
        if (Read(http.Request) is not { HasGoodKey: true } file)
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, nameof(StorageErrorKind.InvalidName), "this names no file");
        if (!addresses.IsGood(file, query["exp"], query["sig"]))
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, nameof(StorageErrorKind.NotAuthorized), "this address was not given out for this, or is too old: ask for a new one");
        EndpointRequest request = new(http, file.Database, file.InDatabase, _holder);
        switch (file.Method)
        {
            case "GET":
                await reads.GetAsync(request);
                break;
            case "PUT" when file.IsDiscarded || await ledgers.Of(file.Database).KeepsAsync(file, http.RequestAborted):
                await DrainAsync(http);
                break;
            case "PUT":
                await writes.PutAsync(request);
                ledgers.Of(file.Database).Arrived(file);
                break;
            default:
                if (!file.IsDiscarded)
                    await writes.DeleteAsync(request);
                ledgers.Of(file.Database).Removed(file);
                break;
        }
    }

    private static CloudFile? Read(HttpRequest request)
    {
        CloudStore? store = request.RouteValues["store"] switch
        {
            "car" => CloudStore.Car,
            "file" => CloudStore.File,
            "wal" => CloudStore.Wal,
            _ => null,
        };
        return store is { } known && request.RouteValues["database"] is string database && request.RouteValues["key"] is string key
            ? new CloudFile(request.Method, database, known, key, request.Query["discard"] == "1")
            : null;
    }

    private async Task DrainAsync(HttpContext http)
    {
        if (http.Request.ContentLength > options.MaxObjectLength)
            throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, nameof(StorageErrorKind.Permanent), $"objects have at most {options.MaxObjectLength} bytes here");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.MaxObjectLength;
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
