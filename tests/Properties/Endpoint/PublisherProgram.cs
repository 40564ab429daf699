using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Writers that publish chains of events, each superseding its writer's last one; an outage of the endpoint is waited for.</summary>
internal static class PublisherProgram
{
    // An endpoint that is started again is back long before; one that is gone for good must not keep its publishers for ever.
    private const int MaxRepeats = 1200;

    public static async Task<int> RunAsync(PublisherOrder order)
    {
        await using Stream output = Console.OpenStandardOutput();
        await using StreamWriter writer = new(output) { AutoFlush = true };
        await using TextWriter acknowledgements = TextWriter.Synchronized(writer);
        await using HttpMetadataGateway gateway = new(order.Address, order.Database, EndpointServer.Client);
        await Task.WhenAll(Enumerable.Range(order.FirstWriter, order.Writers).Select(async chain =>
        {
            for (int number = 0; number < order.Events; number++)
            {
                await PublishAsync(gateway, chain, number);
                await acknowledgements.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"= {chain} {number}"));
            }
        }));
        return 0;
    }

    /// <summary>An event of a writer.</summary>
    public static MetaEntry Event(int writer, int number)
    {
        byte[] data = DataOf(writer, number);
        ImmutableArray<Cid> parents = number == 0 ? [] : [CidOf(DataOf(writer, number - 1))];
        return new MetaEntry(CidOf(data), parents, data);
    }

    /// <summary>Writer and number of an event.</summary>
    public static (int Writer, int Number) Read(MetaEntry entry)
    {
        string[] parts = Encoding.ASCII.GetString(entry.Data.Span).Split(' ');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static byte[] DataOf(int writer, int number) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{writer} {number}"));

    private static Cid CidOf(byte[] data) => Cid.Of(CidCodec.DagCbor, data);

    private static async Task PublishAsync(HttpMetadataGateway gateway, int writer, int number)
    {
        MetaEntry entry = Event(writer, number);
        for (int repeat = 1; ; repeat++)
        {
            try
            {
                await gateway.PublishAsync(entry, entry.Parents, CancellationToken.None);
                return;
            }
            catch (StorageException outage) when (repeat < MaxRepeats && outage.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
            {
                await Task.Delay(50);
            }
        }
    }
}
