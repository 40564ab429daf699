using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class HistogramLogTests
{
    [Fact]
    public void A_histogram_with_any_bytes_changed_is_read_or_named_by_its_line()
    {
        Latencies latencies = new();
        Dice dice = new(1, "latencies");
        for (int i = 0; i < 500; i++)
            latencies.Record(1000 + dice.Below(50_000_000));
        using StringWriter written = new();
        using (HistogramLog log = new(written, DateTimeOffset.UnixEpoch))
            log.Add("put.intended", TimeSpan.Zero, TimeSpan.FromSeconds(1), latencies);
        string whole = written.ToString();
        int start = whole.LastIndexOf(',') + 1;
        byte[] bytes = Convert.FromBase64String(whole[start..].TrimEnd());
        int damaged = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] other = dice.OneIn(3) ? bytes[..dice.Below(bytes.Length)] : [.. bytes];
            for (int j = 1 + dice.Below(4); j > 0 && other.Length > 0; j--)
                other[dice.Below(other.Length)] = (byte)dice.Below(256);
            using StringReader lines = new(whole[..start] + Convert.ToBase64String(other) + "\n");
            try
            {
                Assert.True(HistogramLog.Read(lines).Count() <= 1);
            }
            catch (FormatException damage)
            {
                damaged++;
                Assert.Contains("line ", damage.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(damaged, 1500, 3000);
    }
}
