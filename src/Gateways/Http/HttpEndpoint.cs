using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Http;

/// <summary>One database at an endpoint: its addresses, and what its answers mean.</summary>
internal sealed class HttpEndpoint : IDisposable
{
    private readonly HttpTransport _transport;
    private readonly Uri _address;
    private readonly string _base;

    /// <summary>A database at an endpoint. Nothing is sent yet.</summary>
    /// <param name="address">Where the endpoint is.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">Clock, chance and token.</param>
    /// <param name="transport">How to send; null for the usual.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public HttpEndpoint(Uri address, string database, GatewayOptions options, HttpTransportOptions? transport = null)
    {
        DatabaseName.Check(database, ReservedFolder.Name);
        _address = address;
        Database = database;
        Options = options;
        Authorization = options.Token is { } token ? new AuthenticationHeaderValue("Bearer", token.Reveal()) : null;
        _base = $"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{Uri.EscapeDataString(database)}/";
        _transport = new HttpTransport((transport ?? new HttpTransportOptions { Time = options.Time }) with { Authorization = Authorization, Wire = options.Wire });
    }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>Clock, chance and token.</summary>
    public GatewayOptions Options { get; }

    /// <summary>The token as a header; null for none.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    /// <summary>The same database over connections of its own.</summary>
    public HttpEndpoint Reopen(GatewayOptions options) => new(_address, Database, options);

    /// <summary>The address of a resource of the database. Taken as it is: the runtime would decode what must stay encoded.</summary>
    public Uri AddressOf(string resource) => new(_base + resource, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>The address of an object.</summary>
    public Uri AddressOfObject(string key)
    {
        StringBuilder path = new("objects");
        foreach (string segment in key.Split('/'))
            _ = path.Append('/').Append(Uri.EscapeDataString(segment));
        return AddressOf(path.ToString());
    }

    /// <summary>Sends a request.</summary>
    /// <returns>An answer of an endpoint; whoever asked disposes of it.</returns>
    /// <exception cref="StorageException">No answer came, or somebody else's.</exception>
    public async ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, HttpCall call, CancellationToken cancellation)
    {
        HttpAnswer answer = await _transport.SendAsync(request, call, cancellation);
        if (IsMarked(answer.Message))
            return answer;
        using (answer)
            throw answer.Refusal(AdviceFor(answer.Status));
    }

    /// <summary>Whether the endpoint says that there is no such object.</summary>
    public static bool IsAbsence(HttpAnswer answer) => answer.Status == HttpStatusCode.NotFound && ErrorOf(answer) == EndpointHeaders.Absent;

    /// <summary>What an answer means that is none of the wanted ones. Reads what the endpoint says of it.</summary>
    public static async ValueTask<StorageException> RefusalAsync(HttpAnswer answer)
    {
        string? detail = await DetailAsync(answer);
        StorageException usual = answer.Refusal(detail);

        // The endpoint knows better than its status what happened, but a wrong token stays one.
        return Enum.TryParse(ErrorOf(answer), out StorageErrorKind kind) && Enum.IsDefined(kind) && usual.Kind != StorageErrorKind.NotAuthorized
            ? new StorageException(kind, usual.Operation, usual.Key, usual.Reason) { RetryAfter = usual.RetryAfter }
            : usual;
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static bool IsMarked(HttpResponseMessage answer) => answer.Headers.TryGetValues(EndpointHeaders.Marker, out _);

    private static string? AdviceFor(HttpStatusCode status) => status switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest =>
            "that is not an endpoint's answer: check the address and the path, and what stands between",
        _ => null,
    };

    private static string? ErrorOf(HttpAnswer answer) =>
        answer.Message.Headers.TryGetValues(EndpointHeaders.Error, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static async ValueTask<string?> DetailAsync(HttpAnswer answer)
    {
        if (answer.Message.Content.Headers.ContentType?.MediaType != "application/problem+json" || answer.Length is not (> 0 and <= HttpLimits.RefusalBody))
            return null;
        try
        {
            using JsonDocument problem = JsonDocument.Parse(await answer.ReadAsync(HttpLimits.RefusalBody));
            return problem.RootElement.TryGetProperty("detail", out JsonElement detail) && detail.GetString() is { } text ? ObjectKey.Printable(text) : null;
        }
        catch (Exception failure) when (failure is StorageException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
