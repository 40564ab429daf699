namespace FireproofBench.Gateways;

/// <summary>What a data gateway offers beside the port when it has to ask its store what that can do. Asked for with <c>gateway is IProbedGateway</c>.</summary>
public interface IProbedGateway
{
    /// <summary>Finds out what the store can do, unless that is known. Until then the traits promise nothing that a store may lack.</summary>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="Engine.Ports.StorageException">As the store fails.</exception>
    ValueTask ProbeAsync(CancellationToken cancellation);

    /// <summary>The same place once more, over connections of its own. What was found out about the store is taken over, and nothing is made that is missing.</summary>
    /// <param name="options">Clock, randomness, and what the connections go through. Credentials that the place itself names stay.</param>
    Engine.Ports.IDataGateway Reopen(GatewayOptions options);
}
