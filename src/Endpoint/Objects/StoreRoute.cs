using System.Text;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Endpoint.Objects;

/// <summary>What the data store can do, for those who ask before they rely on it.</summary>
internal sealed class StoreRoute(IDataGateway data, EndpointOptions options)
{
    /// <summary>Sends the traits of the data store, within the endpoint's own limits.</summary>
    public async Task GetAsync(EndpointRequest request)
    {
        if (data is IProbedGateway probed)
            await probed.ProbeAsync(request.Aborted);
        DataTraits traits = data.Traits;
        await JsonBody.WriteAsync(request.Http, StoreJson.Write(traits with
        {
            MaxObjectLength = Math.Min(traits.MaxObjectLength, options.MaxObjectLength),

            // The store has the database's name before each key.
            MaxKeyLength = traits.MaxKeyLength - Encoding.UTF8.GetByteCount(request.Database) - 1,
        }));
    }
}
