using System.Text;
using FireproofBench.Conformance.Histories;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Conformance.Histories;

public sealed class HistoryTextTests
{
    [Property(Arbitrary = [typeof(RegisterSchedules)], MaxTest = 50)]
    public void A_history_that_was_written_is_read_as_it_was(RegisterSchedule schedule)
    {
        History history = new([
            .. schedule.Run().Operations,
            .. new HistorySketch().List("a", "", 1, 2, "é\"\n", "\u2028").Publish("a", "e", 1, 2, "p").Heads("b", 3, 4, "e").Put("a", "v", 5, 6, refused: true).History.Operations,
        ]);
        Assert.Equal(
            history.Operations.OrderBy(o => o.Call).Select(Shown), HistoryReader.Read(HistoryWriter.Write(history)).Operations.Select(Shown));

        static string Shown(Operation o) =>
            $"{o with { Values = [] }} {o.Key} {o.Value} {o.Found} {o.Kind} {o.Outcome} {o.Call} {o.Return} [{string.Join(',', o.Values)}]";
    }

    [Theory]
    [InlineData("", "line 1: there is no operation")]
    [InlineData("{\"schema\":\"fireproofbench/history/1\"}\n", "line 1: there is no operation")]
    [InlineData("{\"schema\":\"other/2\"}", "line 1: the only schema")]
    [InlineData("\n\n[1]", "line 3: it is no JSON object")]
    [InlineData("{\"client\":", "line 1: it is no JSON")]
    [InlineData("GOOD\n{\"op\":\"poke\"}", "line 2: 'op' is none of put, get, head")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"maybe\"}", "'outcome' is none of ok, failed, unknown")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":1.5}", "'call' is no whole number")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":-1}", "'call' is no whole number")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":5}", "'return' is missing")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":5,\"return\":4}", "'return' is before 'call'")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":5,\"return\":6}", "'value' is missing")]
    [InlineData("{\"op\":\"put\",\"outcome\":\"ok\",\"call\":5,\"return\":6,\"value\":null}", "'value' is no text")]
    [InlineData("{\"op\":\"get\",\"outcome\":\"ok\",\"call\":5,\"return\":6,\"value\":null}", "'client' is missing")]
    [InlineData("{\"op\":\"head\",\"outcome\":\"ok\",\"call\":5,\"return\":6,\"client\":\"a\",\"key\":\"k\"}", "'found' is missing")]
    [InlineData("{\"op\":\"list\",\"outcome\":\"ok\",\"call\":5,\"return\":6,\"client\":\"a\",\"key\":\"k\",\"values\":[1]}", "'values' is no list of texts")]
    [InlineData("{\"op\":\"get\",\"outcome\":\"ok\",\"call\":5,\"return\":6,\"client\":\"\\ud800\",\"key\":\"k\",\"value\":null}", "line 1: ")]
    public void What_is_no_history_is_refused_with_its_line(string text, string why)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text.Replace(
            "GOOD", "{\"client\":\"a\",\"op\":\"get\",\"key\":\"k\",\"value\":null,\"call\":1,\"return\":2,\"outcome\":\"ok\"}", StringComparison.Ordinal));
        Assert.Contains(why, Assert.Throws<HistoryFormatException>(() => HistoryReader.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_beyond_the_limit_is_refused()
    {
        byte[] text = new byte[HistoryText.MaxLine + 1];
        text.AsSpan().Fill((byte)' ');
        Assert.Contains("longer than", Assert.Throws<HistoryFormatException>(() => HistoryReader.Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_lines_may_have_more_fields_blank_lines_and_carriage_returns()
    {
        byte[] text = Encoding.UTF8.GetBytes(
            "\uFEFF{\"process\":3,\"client\":\"a\",\"op\":\"put\",\"key\":\"k\",\"value\":\"v\",\"call\":1,\"outcome\":\"unknown\",\"return\":9}\r\n\r\n");
        Operation operation = Assert.Single(HistoryReader.Read(text).Operations);
        Assert.Equal((OperationOutcome.Unknown, Operation.Never), (operation.Outcome, operation.Return));
    }
}
