using System.Globalization;
using System.Text;
using FireproofBench.Load.Feeds;
using Xunit;

namespace FireproofBench.Properties.Load.Feeds;

public sealed class FeedFileTests
{
    [Fact]
    public void Values_separated_by_commas_become_texts_under_the_names_of_the_first_line() => Assert.Equal(
        ["\"a\":\"1\",\"b\":\"two, \\u0022three\\u0022\\nfour\"", "\"a\":\"\",\"b\":\"5\""],
        FeedFile.Rows("a,b\r\n1,\"two, \"\"three\"\"\nfour\"\r\n\r\n,5", FeedUse.Documents).Select(static row => row.Fields.Replace("\\\"", "\\u0022", StringComparison.Ordinal)));

    [Fact]
    public void Objects_a_line_keep_their_types_and_have_the_order_of_stored_documents() => Assert.Equal(
        ["\"a\":[1,2.5,null],\"zz\":true", "\"n\":9223372036854775807"],
        FeedFile.Rows("\n{\"zz\": true, \"a\": [1, 2.50, null]}\n\n{\"n\":9223372036854775807}\n", FeedUse.Documents).Select(static row => row.Fields));

    [Fact]
    public void Sizes_are_numbers_or_texts_of_them()
    {
        Assert.Equal([128, 4096], FeedFile.Rows("name,size\nx,128\ny,4096", FeedUse.Sizes).Select(static row => row.Size!.Value));
        Assert.Equal(1000, FeedFile.Rows("{\"size\":1000}", FeedUse.Sizes)[0].Size);
        Assert.Null(FeedFile.Rows("{\"size\":\"large\"}", FeedUse.Documents)[0].Size);
    }

    [Theory]
    [InlineData("", "it has no row")]
    [InlineData("a,b\n", "it has no row")]
    [InlineData("a,b\n1,2\n3\n", "line 3: 1 values where the first line names 2 columns")]
    [InlineData("a,\n1,2\n", "line 1: column 2 has no name")]
    [InlineData("a,a\n1,2\n", "line 1: two columns have the same name")]
    [InlineData("a\n\"1\n\n", "line 2: a quoted field has no end")]
    [InlineData("a\n\"1\"2\n", "line 2: something stands behind the closing quote")]
    [InlineData("a\n\"x\ny\"\n1\"2\n", "line 4: a quote stands within a field")]
    [InlineData("_id\n1\n", "line 2: no row for a document|line 2: the field '_id'")]
    [InlineData("filler\n1\n", "line 2: the field 'filler' is one that load or the database writes itself")]
    [InlineData("{\"count\":1}", "line 1: the field 'count' is one")]
    [InlineData("{\"_deleted\":true}", "line 1: the field '_deleted' is one|line 1: no row for a document")]
    [InlineData("{\"a\":1}\n{\"a\":1", "line 2: no row for a document")]
    [InlineData("{\"a\":1}\n[1]", "line 2: no row for a document")]
    [InlineData("{}", "line 1: a row without fields")]
    public void What_is_no_row_is_named_by_its_line(string text, string reasons)
    {
        string message = Assert.Throws<FormatException>(() => FeedFile.Rows(text, FeedUse.Documents)).Message;
        Assert.Contains(reasons.Split('|'), reason => message.StartsWith(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("name\nx", "line 2: there is no field 'size'")]
    [InlineData("size\n4KiB", "line 2: '4KiB' is no 'size': a whole number of bytes from 128 to 67108864")]
    [InlineData("size\n127", "line 2: '127' is no 'size'")]
    [InlineData("{\"size\":67108865}", "line 1: '67108865' is no 'size'")]
    [InlineData("{\"size\":[1]}", "line 1: '[1]' is no 'size'")]
    public void What_is_no_size_is_named_by_its_line(string text, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<FormatException>(() => FeedFile.Rows(text, FeedUse.Sizes)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_has_limits_and_one_of_other_letters_is_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "a\n1\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            FeedSource source = FeedFile.Read(path, FeedOrder.Random, FeedUse.Documents);
            Assert.Equal((Path.GetFileName(path), FeedOrder.Random, "\"a\":\"1\"", 64), (source.Name, source.Order, source.Rows[0].Fields, source.Digest.Length));
            File.WriteAllBytes(path, [.. "a\n"u8, 0xE4, 0x0A]);
            Assert.Contains("not UTF-8", Assert.Throws<FormatException>(() => FeedFile.Read(path, FeedOrder.Random, FeedUse.Documents)).Message, StringComparison.Ordinal);
            using (FileStream file = File.OpenWrite(path))
                file.SetLength(FeedFile.MaxLength + 1);
            Assert.Contains("longer than 64 MiB", Assert.Throws<FormatException>(() => FeedFile.Read(path, FeedOrder.Random, FeedUse.Documents)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains("a row longer than 1 MiB", Assert.Throws<FormatException>(() => FeedFile.Rows("a\n" + new string('x', FeedFile.MaxRowLength), FeedUse.Documents)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_read_or_named_by_a_line()
    {
        Dice dice = new(1, "feeds");
        string[] parts = ["a", ",", "\"", "\n", "\r\n", "{", "}", ":", "1", "\"a\":", "[", "_id", "\\", "é", "\u0000", " "];
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 1 + dice.Below(12)).Select(_ => parts[dice.Below(parts.Length)]));
            try
            {
                read += FeedFile.Rows(text, FeedUse.Documents).Length;
            }
            catch (FormatException wrong)
            {
                Assert.True(wrong.Message.StartsWith("line ", StringComparison.Ordinal) || wrong.Message.StartsWith("it has no row", StringComparison.Ordinal), text + ": " + wrong.Message);
            }
        }

        Assert.True(read > 100, read.ToString(CultureInfo.InvariantCulture));
    }
}
