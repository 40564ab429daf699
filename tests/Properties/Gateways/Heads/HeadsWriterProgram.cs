using System.Globalization;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Heads;

namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>
/// Writers in a process of their own that publish heads side by side: each reads, and supersedes all that it read. Before a publication it says
/// <c>? number parent parent…</c>, and after it <c>= number</c>: from then on the event must be a head, or an ancestor of one, at every reading.
/// </summary>
internal static class HeadsWriterProgram
{
    /// <summary>The variable that makes this executable such a process: <c>URL first-number writers events</c>.</summary>
    public const string Variable = "FIREPROOFBENCH_HEADS_WRITER";

    private const int Stride = 100_000;
    private const int MaxRepeats = 20;

    public static async Task<int> RunAsync(string order)
    {
        string[] parts = order.Split(' ');
        int[] numbers = [.. parts[1..].Select(static part => int.Parse(part, CultureInfo.InvariantCulture))];
        await using IDataGateway data = GatewayUrl.Parse(parts[0]).OpenData(TestOptions.Of());
        await using StreamWriter output = new(Console.OpenStandardOutput()) { AutoFlush = true };
        TextWriter lines = TextWriter.Synchronized(output);

        // All writers of a process share its gateway, as those of an application do.
        MultiObjectHeads heads = new(data, TestOptions.Of());
        await Task.WhenAll(Enumerable.Range(0, numbers[1]).Select(writer => WriteAsync(heads, numbers[0] + (writer * Stride), numbers[2], lines)));
        return 0;
    }

    /// <summary>The entry of a number.</summary>
    public static MetaEntry Entry(int number, IEnumerable<Cid> parents)
    {
        byte[] data = BitConverter.GetBytes(number);
        return new MetaEntry(Cid.Of(CidCodec.DagCbor, data), [.. parents], data);
    }

    /// <summary>The number of an entry.</summary>
    public static int NumberOf(MetaEntry entry) => BitConverter.ToInt32(entry.Data.Span);

    private static async Task WriteAsync(MultiObjectHeads heads, int first, int count, TextWriter lines)
    {
        for (int number = first; number < first + count; number++)
        {
            MetaReading reading = await PatientlyAsync(() => heads.ReadAsync(CancellationToken.None).AsTask());
            Cid[] parents = [.. reading.Entries.Select(static e => e.Cid)];
            await lines.WriteLineAsync($"? {number} {string.Join(' ', reading.Entries.Select(NumberOf))}".TrimEnd());
            int own = number;
            _ = await PatientlyAsync(async () =>
            {
                await heads.PublishAsync(Entry(own, parents), parents, CancellationToken.None);
                return true;
            });
            await lines.WriteLineAsync($"= {number}");
        }
    }

    // A busy store may break a connection off; both calls may be repeated.
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> call)
    {
        for (int repeat = 1; ; repeat++)
        {
            try
            {
                return await call();
            }
            catch (StorageException failure) when (repeat < MaxRepeats && failure.Kind is StorageErrorKind.Transient or StorageErrorKind.Throttled)
            {
                await Task.Delay(20 * repeat);
            }
        }
    }
}
