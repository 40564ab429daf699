using System.Text.Json;
using FireproofBench.Endpoint.Requests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>The document says what the endpoint does. That no undocumented status is ever answered is checked wherever tests run an endpoint (<see cref="EndpointServer"/>).</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_mapped_route_stands_in_the_document_and_every_documented_one_is_mapped()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        (string Method, string Path, string? Name)[] mapped =
        [
            .. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(
                    method => (method, e.RoutePattern.RawText!.Replace("{**key}", "{key}", StringComparison.Ordinal), e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName)))
                .Where(static e => e.method != "OPTIONS"),
        ];
        Assert.Equal(
            OpenApi.Operations.Values.Select(static o => (o.Method, o.Path)).Order(),
            mapped.Select(static e => (e.Method, e.Path)).Order());
        foreach ((string method, string path, string? name) in mapped)
        {
            if (name is not null)
                Assert.Equal((path, method), (OpenApi.Operations[name].Path, OpenApi.Operations[name].Method));
        }
    }

    [Fact]
    public void Every_refusal_that_any_request_can_meet_stands_at_every_operation_on_databases()
    {
        foreach ((string path, _, var statuses) in OpenApi.Operations.Values.Where(static o => o.Path.StartsWith("/v1/", StringComparison.Ordinal)))
        {
            foreach (int status in (int[])[400, 401, 403, 429, 500, 501, 502, 503])
                Assert.True(statuses.Contains(status), $"{path} lacks {status}");
        }
    }

    [Fact]
    public void Every_status_of_a_storage_failure_stands_at_the_operations_that_change_something()
    {
        foreach (string operation in (string[])["putObject", "deleteObject", "publishHead", "clearHeads"])
        {
            foreach (FireproofBench.Engine.Ports.StorageErrorKind kind in Enum.GetValues<FireproofBench.Engine.Ports.StorageErrorKind>())
            {
                int status = Refusals.StatusOf(kind);
                Assert.True(status == 412 || OpenApi.Operations[operation].Statuses.Contains(status), $"{operation} lacks {status} ({kind})");
            }
        }
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        HashSet<string> used = [];
        Walk(OpenApi.Document, used);
        foreach (string reference in used)
        {
            JsonElement place = OpenApi.Document;
            foreach (string step in reference.Split('/').Skip(1))
                Assert.True(place.TryGetProperty(step, out place), reference);
        }

        foreach (JsonProperty group in OpenApi.Document.GetProperty("components").EnumerateObject().Where(static g => g.Name != "securitySchemes"))
        {
            foreach (JsonProperty component in group.Value.EnumerateObject())
                Assert.Contains($"#/components/{group.Name}/{component.Name}", used);
        }
    }

    [Fact]
    public async Task The_endpoint_gives_the_document()
    {
        await using EndpointServer server = await EndpointServer.StartAsync();
        using HttpClient client = new();
        string text = await client.GetStringAsync(new Uri(server.Address, "/openapi.json"), TestContext.Current.CancellationToken);
        Assert.Equal("3.1.0", JsonDocument.Parse(text).RootElement.GetProperty("openapi").GetString());
    }

    private static void Walk(JsonElement element, HashSet<string> references)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                Walk(item, references);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (property.Name == "$ref")
                    references.Add(property.Value.GetString()!);
                else
                    Walk(property.Value, references);
            }
        }
    }
}
