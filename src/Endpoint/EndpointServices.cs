using FireproofBench.Endpoint.Access;
using FireproofBench.Endpoint.Push;
using FireproofBench.Endpoint.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FireproofBench.Endpoint;

/// <summary>Registers an endpoint with the services of a host.</summary>
public static class EndpointServices
{
    /// <summary>Adds an endpoint; <see cref="EndpointRoutes.MapFireproof"/> then gives it a place. One for each host.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says where data and heads are, and who may.</param>
    public static IServiceCollection AddFireproofEndpoint(this IServiceCollection services, Action<EndpointOptions> configure)
    {
        EndpointOptions options = new();
        configure(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<EndpointStores>();
        services.AddSingleton(static all => new Gatekeeper(all.GetRequiredService<EndpointOptions>(), all.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Origins>();
        services.AddSingleton(static all => ActivatorUtilities.CreateInstance<HeadHub>(all, all.GetRequiredService<EndpointStores>().Heads));
        services.AddSingleton<EndpointRouteTable>();

        // In this order: the store is open before the hub watches it.
        services.AddHostedService<EndpointLifetime>();
        services.AddHostedService(static all => all.GetRequiredService<HeadHub>());
        return services;
    }
}
