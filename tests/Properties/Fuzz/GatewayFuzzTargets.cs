using System.Net;
using System.Text;
using System.Text.Json;
using FireproofBench.Endpoint.Objects;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Http;
using FireproofBench.Gateways.Http.Protocol;
using FireproofBench.Gateways.WebDav;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Fuzz;

/// <summary>The decoders of what providers answer, and of what clients send to an endpoint.</summary>
internal static class GatewayFuzzTargets
{
    private static readonly Cid _first = Cid.Of(CidCodec.Raw, "first"u8);

    private static readonly MetaEntry _entry = MetaPayload.Write(new CarGroup([_first]), [_first]);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("HeadsJsonReader.ReadMessage", Messages(), static input => HeadsJsonReader.ReadMessage(input), typeof(FormatException)),
        new("HeadsJsonReader.ReadPublication", [HeadsJson.Write(new Publication(_entry, [_first]))], static input => HeadsJsonReader.ReadPublication(input), typeof(FormatException)),
        new("ListJsonReader.Read", Pages(), ReadPage, typeof(FormatException)),
        new("HeadObject", [new HeadObject(_entry, [_first, _entry.Cid]).ToBytes(), new HeadObject(_entry, []).ToBytes()], ReadHeadObject, typeof(FormatException)),
        new("MultistatusReader.ReadAsync", Listings(), ReadListing, typeof(StorageException)) { Base = 256 * 1024 },
        new("FolderKeyBag.NameIn", Items(), ReadKeyName, typeof(FormatException)),
        new("CacheEntry.Decode", [CacheEntry.Encode(new ObjectContent(new byte[40], new ObjectInfo("k", 40, "version", DateTimeOffset.UnixEpoch)))!], static input => CacheEntry.Decode("k", input)),
        new("EntityTag.TryRead", Texts("\"abc\"", "\"%41%C3%A9\"", "W/\"a\""), static input => EntityTag.TryRead(Encoding.Latin1.GetString(input), out _)),
        new("RangeHeader.TryRead", Texts("bytes=0-99", "bytes=5-", "bytes=-7"), static input => RangeHeader.TryRead(Encoding.Latin1.GetString(input), out _)),
    ];

    private static void ReadPage(byte[] input)
    {
        if (ListJsonReader.Read(input).Objects.Any(static item => item.Length < 0))
            throw new InvalidOperationException("an object has a negative length");
    }

    // As the key bag does, which names both the same.
    private static void ReadKeyName(byte[] input)
    {
        try
        {
            FolderKeyBag.NameIn(input);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("no item", e);
        }
    }

    // As the gateway does: the field is asked for once the rest is known to be a list of one entry.
    private static void ReadHeadObject(byte[] input)
    {
        if (FireproofBench.Gateways.Layout.MetaFile.Read(input).Length == 1)
            HeadObject.ReadSuperseded(input);
    }

    private static void ReadListing(byte[] input)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("http://listing.invalid/"));
        using HttpResponseMessage message = new(HttpStatusCode.MultiStatus) { Content = new ByteArrayContent(input) };
        using HttpPatience patience = new(TimeSpan.FromDays(1), TimeProvider.System, CancellationToken.None);
        using HttpAnswer answer = new(new HttpCall("list", "", HttpEffect.Reads), request, message, patience, TimeProvider.System);
        IAsyncEnumerator<WebDavEntry> entries = MultistatusReader.ReadAsync(answer, CancellationToken.None).GetAsyncEnumerator();
        ValueTask<bool> next;
        while ((next = entries.MoveNextAsync()).Result)
            ;
    }

    private static byte[][] Messages() =>
    [
        HeadsJson.Write(new HeadsSnapshot("17", [_entry])),
        HeadsJson.Write(new HeadsChange("18", "17", [_entry], [_first])),
        HeadsJson.WriteCursor("19"),
    ];

    private static byte[][] Pages() => Texts(
        """{"objects":[{"key":"data/a","length":5,"version":"v1","modified":"2026-01-02T03:04:05Z"},{"key":"b","length":0,"version":""}],"after":"b"}""",
        """{"objects":[],"after":null}""");

    private static byte[][] Items() => Texts(
        """{"id":"@chat-data@","clazz":"V2StorageKeyItem","item":{"name":"@chat-data@","keys":{}}}""",
        """{"name":"@chat-data@","key":"zabc"}""",
        """{"name":"\ud800","key":1}""");

    private static byte[][] Listings() => Texts(
        """
        <?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/dav/a%20b</D:href><D:propstat><D:prop><D:getcontentlength>5</D:getcontentlength>
        <D:getetag>"x"</D:getetag><D:getlastmodified>Mon, 23 Nov 2026 10:00:00 GMT</D:getlastmodified><D:resourcetype/></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>
        """,
        """<a:multistatus xmlns:a="DAV:"><a:response><a:href>/dav/</a:href><a:propstat><a:prop><a:resourcetype><a:collection/></a:resourcetype></a:prop></a:propstat></a:response></a:multistatus>""");

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(static text => Encoding.UTF8.GetBytes(text))];
}
