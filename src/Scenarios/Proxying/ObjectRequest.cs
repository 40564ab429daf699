using System.Xml.Linq;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>What a request asks of a bucket, read off its address: the names stay as they were sent.</summary>
internal static class ObjectRequest
{
    private const string ListingMark = "list-type=2";

    /// <summary>Whether it asks for an object, or for what is known of it.</summary>
    public static bool IsRead(HttpRequestMessage request) => (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) && IsOfObject(request);

    /// <summary>Whether it puts an object.</summary>
    public static bool IsPut(HttpRequestMessage request) => request.Method == HttpMethod.Put && IsOfObject(request);

    /// <summary>Whether it deletes an object.</summary>
    public static bool IsDelete(HttpRequestMessage request) => request.Method == HttpMethod.Delete && IsOfObject(request);

    /// <summary>Whether it asks for a page of a listing.</summary>
    public static bool IsListing(HttpRequestMessage request) => request.Method == HttpMethod.Get && QueryOf(request).Contains(ListingMark, StringComparison.Ordinal);

    /// <summary>The address of the object, without what is asked of it.</summary>
    public static string PlaceOf(HttpRequestMessage request) => request.RequestUri!.OriginalString.Split('?')[0];

    /// <summary>The key that stands in an entry of a listing, as it would stand in an address.</summary>
    public static string KeyOf(XElement entry) => Uri.UnescapeDataString((entry.Elements().FirstOrDefault(static part => part.Name.LocalName == "Key")?.Value ?? "").Replace('+', ' '));

    /// <summary>The key of a request under a path-style address: what follows the bucket.</summary>
    public static string KeyOf(HttpRequestMessage request)
    {
        string path = PlaceOf(request)[request.RequestUri!.GetLeftPart(UriPartial.Authority).Length..];
        int bucket = path.IndexOf('/', 1);
        return bucket < 0 ? "" : Uri.UnescapeDataString(path[(bucket + 1)..]);
    }

    // A sub-resource, such as an upload in parts or the settings of a bucket, is no object.
    private static bool IsOfObject(HttpRequestMessage request) => KeyOf(request).Length > 0 && QueryOf(request) is "" or ['x', '-', 'i', 'd', '=', ..];

    private static string QueryOf(HttpRequestMessage request)
    {
        string address = request.RequestUri!.OriginalString;
        int query = address.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? "" : address[(query + 1)..];
    }
}
