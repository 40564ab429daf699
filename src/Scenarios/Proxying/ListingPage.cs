using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>A page of a bucket's listing (ListObjectsV2), whose entries are changed on the way.</summary>
internal static class ListingPage
{
    /// <summary>Sends a request on, and changes the page that comes.</summary>
    /// <param name="request">The request for the page.</param>
    /// <param name="pass">Sends it on.</param>
    /// <param name="change">Gets the entries, in order, and whether there are further pages; gives those to tell.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async Task<HttpResponseMessage> ChangeAsync(
        HttpRequestMessage request,
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> pass,
        Func<IReadOnlyList<XElement>, bool, IEnumerable<XElement>> change,
        CancellationToken cancellation)
    {
        HttpResponseMessage answer = await pass(request, cancellation);
        if (!answer.IsSuccessStatusCode)
            return answer;
        XElement root = Read(await answer.Content.ReadAsStringAsync(cancellation));
        List<XElement> entries = [.. root.Elements().Where(static part => part.Name.LocalName == "Contents")];
        bool goesOn = root.Elements().Any(static part => part.Name.LocalName == "IsTruncated" && part.Value == "true");
        List<XElement> told = [.. change(entries, goesOn)];
        foreach (XElement entry in entries)
            entry.Remove();
        root.Add(told);
        if (root.Elements().FirstOrDefault(static part => part.Name.LocalName == "KeyCount") is { } count)
            count.Value = told.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        MediaTypeHeaderValue? type = answer.Content.Headers.ContentType;
        answer.Content.Dispose();
        answer.Content = new ByteArrayContent(Write(root));
        answer.Content.Headers.ContentType = type;
        answer.Headers.TransferEncodingChunked = null;
        return answer;
    }

    // Stores write control characters of keys as they are, or as references, which XML forbids.
    private static XElement Read(string text)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { CheckCharacters = false });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
    }

    private static byte[] Write(XElement root)
    {
        using MemoryStream bytes = new();
        using (XmlWriter writer = XmlWriter.Create(bytes, new XmlWriterSettings { CheckCharacters = false, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
            root.Save(writer);
        return bytes.ToArray();
    }
}
