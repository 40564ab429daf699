using System.Net;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.WebDav;
using Xunit;

namespace FireproofBench.Properties.Gateways.WebDav;

/// <summary>What the gateway finds out about real servers, and databases on them.</summary>
public sealed class WebDavServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nginx", IgnoredConditions.Create | IgnoredConditions.Replace | IgnoredConditions.Delete, "coarse time", "start with a dot", "no entity tags")]
    [InlineData("rclone", IgnoredConditions.Create | IgnoredConditions.Replace | IgnoredConditions.Delete, "before it is whole")]
    [InlineData("apache", IgnoredConditions.Create, "overlapping puts", "weak")]
    public async Task The_gateway_finds_out_what_a_server_does(string name, IgnoredConditions ignored, params string[] quirks)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        await using WebDavDataGateway gateway = server.Open();
        Assert.Empty(gateway.Traits.Quirks);
        await gateway.ProbeAsync(Token);
        Assert.Equal(ignored, gateway.Traits.Ignored);
        Assert.False(gateway.Traits.ConditionalCreate || gateway.Traits.ConditionalReplace || gateway.Traits.ConditionalDelete);
        Assert.Equal(name == "rclone", gateway.Capabilities!.WritesInPlace);
        foreach (string quirk in quirks)
            Assert.Contains(gateway.Traits.Quirks, q => q.Contains(quirk, StringComparison.Ordinal));
        Assert.Empty((await gateway.ListAsync("", null, 10, Token)).Objects);
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("rclone")]
    [InlineData("apache")]
    public async Task A_database_whose_only_place_is_the_server_opens_again_elsewhere(string name)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        string url = server.FreshUrl();
        MemoryKeyBag keys = new();
        for (int i = 0; i < 3; i++)
        {
            await using Database database = await Database.OpenAsync(
                "notes", GatewayUrl.Parse(url).OpenDevice("notes", server.GatewayOptions), new DatabaseOptions { KeyBag = keys, Entropy = SystemEntropy.Instance }, Token);
            for (int before = 0; before < i; before++)
                Assert.NotNull(await database.GetAsync($"n{before}", Token));
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"n{{i}}","text":"…"}"""), Token);
        }
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("rclone")]
    [InlineData("apache")]
    public async Task Wrong_credentials_and_a_missing_folder_are_told_as_such(string name)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        await using IDataGateway stranger = GatewayUrl.Parse(server.FreshUrl()).OpenData(
            server.GatewayOptions with { WebDav = new NetworkCredential(server.Credentials.UserName, "wrong-secret") });
        await using IDataGateway nowhere = GatewayUrl.Parse(server.FreshUrl().Split('?')[0]).OpenData(server.GatewayOptions);
        foreach ((IDataGateway gateway, StorageErrorKind kind) in ((IDataGateway, StorageErrorKind)[])[(stranger, StorageErrorKind.NotAuthorized), (nowhere, StorageErrorKind.MissingContainer)])
        {
            Func<Task>[] calls =
            [
                () => gateway.GetAsync("k", null, Token).AsTask(),
                () => gateway.HeadAsync("k", Token).AsTask(),
                () => gateway.DeleteAsync("k", null, Token).AsTask(),
                () => gateway.ListAsync("", null, 1, Token).AsTask(),
                () => gateway.PutAsync("k", new byte[1], PutCondition.None, Token).AsTask(),
            ];
            foreach (Func<Task> call in calls)
            {
                StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
                Assert.Equal(kind, failure.Kind);
                Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("rclone")]
    [InlineData("apache")]
    public async Task A_delete_never_takes_a_folder_and_names_in_the_way_are_refused(string name)
    {
        WebDavServer server = await WebDavServer.RequireAsync(name);
        await using WebDavDataGateway gateway = server.Open();
        _ = await gateway.PutAsync("a/b/c", new byte[3], PutCondition.None, Token);
        foreach (string folder in (string[])["a", "a/b"])
        {
            Assert.False(await gateway.DeleteAsync(folder, null, Token));
            StorageException taken = await Assert.ThrowsAsync<StorageException>(() => gateway.PutAsync(folder, new byte[1], PutCondition.None, Token).AsTask());
            Assert.Equal(StorageErrorKind.InvalidName, taken.Kind);
        }

        StorageException below = await Assert.ThrowsAsync<StorageException>(() => gateway.PutAsync("a/b/c/d/e", new byte[1], PutCondition.None, Token).AsTask());
        Assert.Equal(StorageErrorKind.InvalidName, below.Kind);
        Assert.Equal(3, (await gateway.HeadAsync("a/b/c", Token))!.Length);
        Assert.Empty((await gateway.ListAsync("a/b/c/", null, 10, Token)).Objects);
    }
}
