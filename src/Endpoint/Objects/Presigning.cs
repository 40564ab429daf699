using System.Globalization;
using System.Text.Json;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Objects;

/// <summary>Addresses by which large files go to and from the data store without the endpoint between.</summary>
internal sealed class Presigning(IDataGateway data, Gatekeeper gate, EndpointOptions options)
{
    private const int MaxBody = 8192;

    /// <summary>Makes an address for the object that the body names.</summary>
    public async Task RunAsync(EndpointRequest request)
    {
        (PresignedMethod method, string key) = Read(await JsonBody.ReadAsync(request.Http, MaxBody));

        // The route let in whoever may read; an upload needs more.
        if (method == PresignedMethod.Put && !await gate.AllowsAsync(request.Http, request.Caller, request.Database, EndpointRight.Write))
            return;
        string inStore = ObjectNames.InStore(request.Database, key, "presign");
        if (data is not IPresigner presigner)
            throw new StorageException(StorageErrorKind.Unsupported, "presign", key, "the endpoint's data store makes no such addresses: send the bytes through the endpoint");
        PresignedRequest presigned = await presigner.PresignAsync(method, inStore, options.PresignedLifetime, request.Aborted);
        byte[] body = HeadsJson.Write(json =>
        {
            json.WriteString("method"u8, method == PresignedMethod.Put ? "PUT"u8 : "GET"u8);
            json.WriteString("url"u8, presigned.Address.AbsoluteUri);
            json.WriteStartObject("headers"u8);
            foreach ((string name, string value) in presigned.Headers)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteString("expires"u8, presigned.Expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        });
        await JsonBody.WriteAsync(request.Http, body);
    }

    private static (PresignedMethod Method, string Key) Read(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            string? key = document.RootElement.GetProperty("key").GetString();
            return (document.RootElement.GetProperty("method").GetString(), key) switch
            {
                ("GET", { } named) => (PresignedMethod.Get, named),
                ("PUT", { } named) => (PresignedMethod.Put, named),
                _ => throw new FormatException(),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, nameof(StorageErrorKind.Permanent), "the body is {\"method\":\"GET\" or \"PUT\",\"key\":\"…\"}");
        }
    }
}
