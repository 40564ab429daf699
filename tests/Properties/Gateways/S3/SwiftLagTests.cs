using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.S3;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A store whose listings really lag: its container server is ended while objects are written.</summary>
public sealed class SwiftLagTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_listings_do_not_show_yet_is_read_at_once_and_is_listed_in_the_end()
    {
        await using OwnSwift swift = await OwnSwift.RequireAsync();
        await using S3DataGateway gateway = new(swift.Server.Options(), TestOptions.Of());
        _ = await gateway.PutAsync("data/first", new byte[1], PutCondition.None, Token);
        Assert.False(gateway.Traits.StronglyConsistent);
        bool lagged = false;
        for (int round = 0; !lagged && round < 10; round++)
        {
            string key = $"data/late-{round}";
            await swift.StopListingsAsync();
            _ = await gateway.PutAsync(key, new byte[2], PutCondition.None, Token);
            await swift.StartListingsAsync();

            // Missing from the listing, unless the server's own updater was faster; absent it never is.
            lagged = !await ListsAsync(gateway, key);
            Assert.Equal(2, (await gateway.HeadAsync(key, Token))!.Length);
            await UntilAsync(() => ListsAsync(gateway, key));
        }

        Assert.True(lagged, "no listing lagged in ten rounds");
    }

    [Fact]
    public async Task Devices_that_write_while_listings_lag_have_all_documents_in_the_end()
    {
        await using OwnSwift swift = await OwnSwift.RequireAsync();
        MemoryKeyBag bag = new();
        await using S3DataGateway store = new(swift.Server.Options(), TestOptions.Of());
        await using Database first = await OpenAsync(store, bag);
        _ = await first.PutAsync(Document.Parse("""{"_id":"before"}"""));
        await using Database second = await OpenAsync(store, bag);
        await UntilAsync(async () => await HasAsync(second, "before"));
        await using (Database lagging = await OpenAsync(new HeadsBehindListings(store, swift), bag))
        {
            for (int i = 0; i < 3; i++)
                _ = await lagging.PutAsync(Document.Parse($$"""{"_id":"late{{i}}"}"""));
        }

        _ = await second.PutAsync(Document.Parse("""{"_id":"second"}"""));
        string[] all = ["before", "late0", "late1", "late2", "second"];
        foreach (Database database in (Database[])[first, second])
        {
            foreach (string id in all)
                await UntilAsync(async () => await HasAsync(database, id));
        }

        await using Database third = await OpenAsync(store, bag);
        foreach (string id in all)
            await UntilAsync(async () => await HasAsync(third, id));
    }

    private static async Task<bool> HasAsync(Database database, string id)
    {
        _ = await database.RefreshAsync(Token);
        return await database.GetAsync(id) is not null;
    }

    private static async Task<bool> ListsAsync(S3DataGateway gateway, string key) => (await gateway.ListAsync("data/", null, 100, Token)).Objects.Any(o => o.Key == key);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
    }

    private static ValueTask<Database> OpenAsync(IDataGateway store, MemoryKeyBag bag) =>
        Database.OpenAsync("db", new RemoteDeviceStore(store, "db", TestOptions.Of()), new DatabaseOptions { KeyBag = bag, Entropy = SystemEntropy.Instance }, Token);

    /// <summary>A device all of whose heads are stored while listings do not hear of them.</summary>
    private sealed class HeadsBehindListings(IDataGateway inner, OwnSwift swift) : DataGatewayWrapper(inner, leaveOpen: true)
    {
        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            if (made.Operation != GatewayOperation.Put || !made.Key.Contains("/meta/", StringComparison.Ordinal))
                return await proceed(cancellation);
            await swift.StopListingsAsync();
            try
            {
                return await proceed(cancellation);
            }
            finally
            {
                await swift.StartListingsAsync();
            }
        }
    }
}
