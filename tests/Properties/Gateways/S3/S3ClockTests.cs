using Amazon;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.S3;
using Xunit;

namespace FireproofBench.Properties.Gateways.S3;

/// <summary>A machine whose clock is an hour off. The client library knows one clock for the whole process, so nothing runs beside this.</summary>
[Collection(nameof(ProcessWide))]
public sealed class S3ClockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ceph", 1)]
    [InlineData("ceph", -1)]
    [InlineData("swift", 1)]
    [InlineData("swift", -1)]
    public async Task A_store_that_refuses_a_wrong_clock_is_understood_and_nothing_is_corrected_in_silence(string server, int hours)
    {
        S3Server store = await S3Server.RequireAsync(server);
        string prefix = S3Server.FreshPrefix();
        await using S3DataGateway gateway = store.Open(prefix);
        _ = await gateway.PutAsync("k", new byte[1], PutCondition.None, Token);
        AWSConfigs.ManualClockCorrection = TimeSpan.FromHours(hours);
        try
        {
            foreach (Func<Task> call in (Func<Task>[])
            [
                () => gateway.GetAsync("k", null, Token).AsTask(),
                () => gateway.HeadAsync("k", Token).AsTask(),
                () => gateway.ListAsync("", null, 10, Token).AsTask(),
                () => gateway.DeleteAsync("k", null, Token).AsTask(),

                // Last: after a put that it refused, Ceph reads the next request of the connection wrongly.
                () => gateway.PutAsync("k", new byte[2], PutCondition.None, Token).AsTask(),
            ])
            {
                StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
                Assert.Equal(StorageErrorKind.NotAuthorized, failure.Kind);
                Assert.Contains("clock", failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            AWSConfigs.ManualClockCorrection = null;
        }

        await using S3DataGateway again = store.Open(prefix);
        Assert.Equal(1, (await again.HeadAsync("k", Token))!.Length);
        _ = await again.DeleteAsync("k", null, Token);
    }
}
