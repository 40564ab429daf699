using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Endpoint;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>The contract over an endpoint with heads in SQLite.</summary>
public class HttpMetadataGatewayTests : MetadataGatewayContract, IAsyncLifetime
{
    private EndpointServer? _server;
#pragma warning disable CA2213 // The base disposes of it.
    private HttpMetadataGateway? _gateway;
#pragma warning restore CA2213

    private protected override IMetadataGateway Gateway => _gateway!;

    private protected EndpointServer Server => _server!;

    public virtual async ValueTask InitializeAsync()
    {
        _server = await EndpointServer.StartAsync(Configure);
        _gateway = new HttpMetadataGateway(_server.Address, "notes", EndpointServer.Client);
    }

    public override async ValueTask DisposeAsync()
    {
        // A test that was skipped has neither.
        _gateway ??= new HttpMetadataGateway(new Uri("http://127.0.0.1:1"), "none", EndpointServer.Client);
        await base.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_superseded_entry_that_comes_again_stays_away()
    {
        await Gateway.PublishAsync(Entry(1), [], Token);
        await Gateway.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        MetaReading before = await Gateway.ReadAsync(Token);
        await Gateway.PublishAsync(Entry(1), [], Token);
        Assert.Same(before, await Gateway.ReadAsync(Token));
    }

    [Fact]
    public async Task The_order_of_arrival_does_not_matter()
    {
        await Gateway.PublishAsync(Entry(3, 2), [Entry(2).Cid], Token);
        await Gateway.PublishAsync(Entry(2, 1), [Entry(1).Cid], Token);
        await Gateway.PublishAsync(Entry(1), [], Token);
        Assert.Equal([Entry(3).Cid], await HeadsAsync());
    }

    [Fact]
    public async Task A_database_whose_heads_were_removed_begins_anew()
    {
        HttpMetadataGateway gateway = (HttpMetadataGateway)Gateway;
        await gateway.PublishAsync(Entry(1), [], Token);
        await gateway.PublishAsync(Entry(2), [Entry(1).Cid], Token);
        string version = (await gateway.ReadAsync(Token)).Version;
        await gateway.ClearAsync(Token);
        MetaReading empty = await gateway.ReadAsync(Token);
        Assert.Empty(empty.Entries);
        Assert.NotEqual(version, empty.Version);
        await gateway.PublishAsync(Entry(1), [], Token);
        Assert.Equal([Entry(1).Cid], await HeadsAsync());
    }

    [Fact]
    public async Task A_subscriber_sees_what_is_there_and_then_every_change_or_a_newer_one()
    {
        await Gateway.PublishAsync(Entry(0), [], Token);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<MetaReading> readings = Gateway.SubscribeAsync(end.Token).GetAsyncEnumerator(Token);
        Assert.True(await readings.MoveNextAsync());
        Assert.Equal(Entry(0).Cid, Assert.Single(readings.Current.Entries).Cid);
        await using HttpMetadataGateway elsewhere = new(Server.Address, "notes", EndpointServer.Client);
        for (int i = 1; i <= 50; i++)
            await elsewhere.PublishAsync(Entry(i, i - 1), [Entry(i - 1).Cid], Token);
        int last = 0;
        while (last < 50)
        {
            Assert.True(await readings.MoveNextAsync());
            int now = BitConverter.ToInt32(Assert.Single(readings.Current.Entries).Data.Span);
            Assert.True(now > last, $"head {now} after head {last}");
            last = now;
        }

        await end.CancelAsync();
        Assert.False(await readings.MoveNextAsync());
    }

    private protected virtual void Configure(FireproofBench.Endpoint.EndpointOptions options)
    {
    }

    private protected override async ValueTask<MetaReading> ReadElsewhereAsync()
    {
        await using HttpMetadataGateway elsewhere = new(Server.Address, "notes", EndpointServer.Client);
        return await elsewhere.ReadAsync(Token);
    }
}
