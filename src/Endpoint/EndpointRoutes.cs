using FireproofBench.Endpoint.Cloud;
using FireproofBench.Endpoint.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FireproofBench.Endpoint;

/// <summary>Gives an endpoint its place among the routes of a host.</summary>
public static class EndpointRoutes
{
    /// <summary>Name of the activity source of traces, one activity a request.</summary>
    public const string TraceSource = "FireproofBench.Endpoint";

    /// <summary>
    /// Maps the routes of the endpoint that <see cref="EndpointServices.AddFireproofEndpoint"/> added: <c>/v1/…</c>, <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>
    /// and <c>/openapi.json</c>; with <see cref="EndpointOptions.Cloud"/> also <c>/fp</c> and <c>/ws</c>. The host calls <c>UseWebSockets</c> before, or subscribers are left with server-sent events.
    /// </summary>
    /// <param name="routes">The host's routes.</param>
    /// <param name="prefix">What comes before, such as <c>/sync</c>; empty for nothing.</param>
    /// <returns>The group, for the host's own conventions.</returns>
    public static RouteGroupBuilder MapFireproof(this IEndpointRouteBuilder routes, string prefix = "")
    {
        EndpointRouteTable table = routes.ServiceProvider.GetRequiredService<EndpointRouteTable>();
        RouteGroupBuilder group = routes.MapGroup(prefix);
        for (int i = 0; i < table.Routes.Length; i++)
        {
            RouteSpec route = table.Routes[i];
            int index = i;
            _ = group.MapMethods(route.Pattern, [route.Method], (RequestDelegate)(http => table.Pipeline.RunAsync(http, route, index))).WithName(route.Name);
        }

        int next = table.Routes.Length;
        foreach ((string name, string method, string pattern, RequestDelegate run) in table.Cloud?.Routes ?? [])
        {
            int index = next++;
            bool isSubscription = pattern == CloudPlace.Socket;
            _ = group.MapMethods(pattern, [method], (RequestDelegate)(http =>
            {
                CloudEndpoint.Admit(http);
                return table.Pipeline.RunOpenAsync(http, name, index, isSubscription, run);
            }));
        }

        foreach ((string method, string pattern, RequestDelegate run) in table.Operations)
            _ = group.MapMethods(pattern, [method], run);
        return group;
    }
}
