using System.Collections.Immutable;
using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Endpoint.Operations;
using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FireproofBench.Endpoint;

/// <summary>All routes of an endpoint, in one place.</summary>
internal sealed class EndpointRouteTable
{
    /// <summary>Puts the parts together.</summary>
    public EndpointRouteTable(EndpointStores stores, EndpointOptions options, HeadHub hub, Gatekeeper gate, Origins origins, TimeProvider time, IServiceProvider services)
    {
        WriteLedger writes = new();
        ObjectReads reads = new(stores.Data, writes, options);
        ObjectWrites puts = new(stores.Data, writes, options);
        Presigning presigning = new(stores.Data, gate, options);
        StoreRoute store = new(stores.Data, options);
        HeadRoutes heads = new(stores.Heads, hub, options);
        EventStream events = new(hub, stores.Heads, options, time);
        HeadSocket socket = new(hub, stores.Heads, options, time);
        const string Database = "/v1/{database}";
        const string Object = Database + "/objects/{**key}";
        Routes =
        [
            new("getObject", "GET", Object, EndpointRight.Read, false, reads.GetAsync),
            new("headObject", "HEAD", Object, EndpointRight.Read, false, reads.HeadAsync),
            new("putObject", "PUT", Object, EndpointRight.Write, false, puts.PutAsync),
            new("deleteObject", "DELETE", Object, EndpointRight.Write, false, puts.DeleteAsync),
            new("listObjects", "GET", Database + "/objects", EndpointRight.Read, false, reads.ListAsync),
            new("presignObject", "POST", Database + "/presign", EndpointRight.Read, false, presigning.RunAsync),
            new("getStore", "GET", Database + "/store", EndpointRight.Read, false, store.GetAsync),
            new("getHeads", "GET", Database + "/heads", EndpointRight.Read, false, heads.GetAsync),
            new("publishHead", "POST", Database + "/heads", EndpointRight.Write, false, heads.PublishAsync),
            new("clearHeads", "DELETE", Database + "/heads", EndpointRight.Admin, false, heads.ClearAsync),
            new("getChanges", "GET", Database + "/changes", EndpointRight.Read, false, heads.GetChangesAsync),
            new("streamEvents", "GET", Database + "/events", EndpointRight.Read, true, events.RunAsync),
            new("openSocket", "GET", Database + "/socket", EndpointRight.Read, true, socket.RunAsync),
        ];
        if (options.Cloud is { } settings)
            Cloud = new CloudEndpoint(settings, options, stores, hub, gate, reads, puts, time, services.GetRequiredService<ILogger<CloudEndpoint>>());
        RequestCounts counts = new([.. Routes.Select(static route => route.Name), .. Cloud?.Routes.Select(static route => route.Name) ?? []]);
        OperationRoutes operations = new(stores.Data, stores.Heads, hub, counts, time);
        Counts = counts;
        Pipeline = ActivatorUtilities.CreateInstance<RequestPipeline>(services, gate, origins, counts, time);
        Operations =
        [
            ("GET", "/healthz", OperationRoutes.HealthAsync),
            ("GET", "/readyz", operations.ReadyAsync),
            ("GET", "/metrics", operations.MetricsAsync),
            ("GET", "/openapi.json", OperationRoutes.OpenApiAsync),
            ("OPTIONS", "/v1/{**any}", origins.PreflightAsync),
        ];
    }

    /// <summary>Routes on databases.</summary>
    public ImmutableArray<RouteSpec> Routes { get; }

    /// <summary>Routes for those who run the endpoint. Open to everybody who reaches it.</summary>
    public ImmutableArray<(string Method, string Pattern, RequestDelegate Run)> Operations { get; }

    /// <summary>What serves devices of the reference engine; null where none are served.</summary>
    public CloudEndpoint? Cloud { get; }

    /// <summary>What was asked so far.</summary>
    public RequestCounts Counts { get; }

    /// <summary>What every request passes.</summary>
    public RequestPipeline Pipeline { get; }
}
