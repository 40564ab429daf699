using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.WebDav;
using Xunit;

namespace FireproofBench.Properties.Gateways.WebDav;

/// <summary>How much memory a large object costs. The runtime counts for the whole process, so nothing else runs beside these tests.</summary>
[Collection(nameof(WebDavMemoryTests))]
[CollectionDefinition(nameof(WebDavMemoryTests), DisableParallelization = true)]
public sealed class WebDavMemoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nginx")]
    [InlineData("rclone")]
    [InlineData("apache")]
    public async Task A_large_object_passes_in_little_memory(string name)
    {
        const int Length = 200_000_000;
        WebDavServer server = await WebDavServer.RequireAsync(name);
        await using WebDavDataGateway gateway = server.Open();
        await gateway.ProbeAsync(Token);
        long before = GC.GetTotalAllocatedBytes();
        _ = await gateway.PutAsync("large", new ContentSource(Length, static _ => ValueTask.FromResult<Stream>(new Zeros(Length))), PutCondition.None, Token);
        Assert.True(GC.GetTotalAllocatedBytes() - before < Length / 2);
        await using ObjectStream stream = (await ObjectStream.OpenAsync(gateway, "large", Token, pieceLength: 8 << 20))!;
        Assert.Equal(Length, stream.Length);
        stream.Position = Length - 5;
        Assert.Equal(5, await stream.ReadAtLeastAsync(new byte[10], 10, throwOnEndOfStream: false, Token));
        _ = await gateway.DeleteAsync("large", null, Token);
    }

    private sealed class Zeros(int length) : MemoryStream
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(_left, buffer.Length);
            buffer.Span[..count].Clear();
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
