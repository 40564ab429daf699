using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Reads the answer to a PROPFIND while it comes in, one resource after the other, so that a long listing needs little memory.</summary>
internal static class MultistatusReader
{
    private const string Dav = "DAV:";

    /// <summary>Reads.</summary>
    /// <exception cref="StorageException">Permanent when it is no such answer; else as the connection fails.</exception>
    public static async IAsyncEnumerable<WebDavEntry> ReadAsync(HttpAnswer answer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        XmlReaderSettings settings = new()
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = WebDavLimits.ListingCharacters,
            MaxCharactersFromEntities = 1,
        };
        await using Stream body = answer.OpenBody();
        using XmlReader reader = XmlReader.Create(body, settings);
        char[] buffer = new char[WebDavLimits.TextCharacters + 1];
        Draft draft = new();
        bool began = false;
        while (await StepAsync(reader, answer, began))
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Depth > WebDavLimits.Depth)
                throw answer.Wrong(StorageErrorKind.Permanent, "the listing is nested too deeply");
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (!began && !(reader.LocalName == "multistatus" && reader.NamespaceURI == Dav))
                    throw answer.Wrong(StorageErrorKind.Permanent, "the answer is XML, yet no listing of WebDAV; check the address");
                began = true;
                if (reader.NamespaceURI == Dav)
                    draft.Open(reader.LocalName, reader.IsEmptyElement);
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace && draft.WantsText)
            {
                draft.Text.Append(await TextAsync(reader, buffer, answer));
                if (draft.Text.Length > WebDavLimits.TextCharacters)
                    throw answer.Wrong(StorageErrorKind.Permanent, "a text in the listing is too long");
            }
            else if (reader.NodeType == XmlNodeType.EndElement && reader.NamespaceURI == Dav && draft.Close(reader.LocalName) is { } entry)
            {
                yield return entry;
            }
        }

        if (!began)
            throw answer.Wrong(StorageErrorKind.Permanent, "the listing is empty");
    }

    private static async ValueTask<bool> StepAsync(XmlReader reader, HttpAnswer answer, bool began)
    {
        try
        {
            return await reader.ReadAsync();
        }
        catch (XmlException failure)
        {
            throw Broken(failure, answer, began);
        }
    }

    private static async ValueTask<string> TextAsync(XmlReader reader, char[] buffer, HttpAnswer answer)
    {
        try
        {
            int read = 0;
            int more;
            while (read < buffer.Length && (more = await reader.ReadValueChunkAsync(buffer, read, buffer.Length - read)) > 0)
                read += more;
            return new string(buffer, 0, read);
        }
        catch (XmlException failure)
        {
            throw Broken(failure, answer, began: true);
        }
    }

    // A server that fails in the middle of a listing (rclone, when a file goes meanwhile) can only break it off: the next one may be whole.
    private static StorageException Broken(XmlException failure, HttpAnswer answer, bool began) => answer.Wrong(
        began ? StorageErrorKind.Transient : StorageErrorKind.Permanent,
        $"the listing cannot be read as XML (line {failure.LineNumber}, column {failure.LinePosition}){(began ? "; ask again" : "; check the address")}");

    // One resource while it is read. Properties count only where the server says that it has them.
    private sealed class Draft
    {
        private string _href = "";
        private bool _isCollection;
        private string _length = "";
        private string _modified = "";
        private string _tag = "";
        private bool _inPropstat;
        private Properties _read;

        public StringBuilder Text { get; } = new();

        public bool WantsText { get; private set; }

        public void Open(string name, bool isEmpty)
        {
            _ = Text.Clear();
            switch (name)
            {
                case "response":
                    (_href, _isCollection, _length, _modified, _tag, _inPropstat) = ("", false, "", "", "", false);
                    break;
                case "propstat":
                    _inPropstat = !isEmpty;
                    _read = default;
                    break;
                case "collection":
                    _read.IsCollection = true;
                    break;
            }

            WantsText = !isEmpty && name is "href" or "status" or "getcontentlength" or "getlastmodified" or "getetag";
        }

        public WebDavEntry? Close(string name)
        {
            string text = WantsText ? Text.ToString().Trim() : "";
            WantsText = false;
            switch (name)
            {
                case "href" when _href.Length == 0:
                    _href = text;
                    break;
                case "getcontentlength":
                    _read.Length = text;
                    break;
                case "getlastmodified":
                    _read.Modified = text;
                    break;
                case "getetag":
                    _read.Tag = text;
                    break;
                case "status" when _inPropstat:
                    _read.IsThere = text.Split(' ', 3) is [_, "200", ..];
                    break;
                case "propstat":
                    if (_read.IsThere)
                        Take();
                    _inPropstat = false;
                    break;
                case "response" when _href.Length > 0:
                    return new WebDavEntry(
                        _href,
                        _isCollection,
                        long.TryParse(_length, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null,
                        _tag,
                        DateTimeOffset.TryParse(_modified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset modified) ? modified : null);
            }

            return null;
        }

        private void Take()
        {
            _isCollection |= _read.IsCollection;
            _length = _read.Length ?? _length;
            _modified = _read.Modified ?? _modified;
            _tag = _read.Tag ?? _tag;
        }

        private struct Properties
        {
            public bool IsThere;
            public bool IsCollection;
            public string? Length;
            public string? Modified;
            public string? Tag;
        }
    }
}
