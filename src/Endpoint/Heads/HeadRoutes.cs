using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Heads;

/// <summary>Reading, publishing and removing heads.</summary>
internal sealed class HeadRoutes(IHeadStore heads, HeadHub hub, EndpointOptions options)
{
    /// <summary>Sends all heads, or says that nothing changed.</summary>
    public async Task GetAsync(EndpointRequest request)
    {
        HttpContext http = request.Http;
        HeadState state = await heads.ReadAsync(request.Database, request.Aborted);
        string cursor = state.Cursor.ToString();
        http.Response.Headers.ETag = EntityTag.Write(cursor);
        if (http.Request.Headers.IfNoneMatch is [{ } known] && EntityTag.TryRead(known, out string? had) && had == cursor)
        {
            http.Response.Headers.CacheControl = "no-store";
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await JsonBody.WriteAsync(http, HeadsJson.Write(new HeadsSnapshot(cursor, state.Entries)));
    }

    /// <summary>Sends what changed since a moment.</summary>
    public async Task GetChangesAsync(EndpointRequest request)
    {
        if (!HeadCursor.TryParse(request.Http.Request.Query["since"].ToString(), out HeadCursor since))
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, nameof(StorageErrorKind.Permanent), "'since' is no cursor that an endpoint gave");
        HeadDelta delta = await heads.ReadSinceAsync(request.Database, since, request.Aborted)
            ?? throw new RequestRefusedException(
                StatusCodes.Status410Gone, nameof(StorageErrorKind.PreconditionFailed), "the changes since then are not kept, or it is a moment of another store: read all heads");
        await JsonBody.WriteAsync(request.Http, HeadsJson.Write(new HeadsChange(delta.Cursor.ToString(), since.ToString(), delta.Added, delta.Removed)));
    }

    /// <summary>Publishes an entry.</summary>
    public async Task PublishAsync(EndpointRequest request)
    {
        Publication publication;
        try
        {
            publication = HeadsJsonReader.ReadPublication(await JsonBody.ReadAsync(request.Http, options.MaxPublicationLength));
        }
        catch (FormatException wrong)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, nameof(StorageErrorKind.Permanent), wrong.Message);
        }

        if (publication.Superseded.Length > options.MaxHeads)
        {
            throw new RequestRefusedException(
                StatusCodes.Status413PayloadTooLarge, nameof(StorageErrorKind.Permanent), $"{publication.Superseded.Length} superseded entries; a database has at most {options.MaxHeads} heads here");
        }

        HeadCursor cursor = await heads.PublishAsync(request.Database, publication.Entry, publication.Superseded, options.MaxHeads, request.Aborted);
        hub.Tell(request.Database);
        await JsonBody.WriteAsync(request.Http, HeadsJson.WriteCursor(cursor.ToString()));
    }

    /// <summary>Removes all heads.</summary>
    public async Task ClearAsync(EndpointRequest request)
    {
        await heads.ClearAsync(request.Database, request.Aborted);
        hub.Tell(request.Database);
        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
