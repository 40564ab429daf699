using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http;

/// <summary>The URL of an endpoint: <c>http(s)://host:port/base?database=NAME</c>.</summary>
/// <param name="Address">Where the endpoint is, with a slash at its end.</param>
/// <param name="Database">The database that objects are in when a call names none.</param>
internal sealed record HttpUrl(Uri Address, string Database)
{
    /// <summary>The database of objects when the URL names none.</summary>
    public const string DefaultDatabase = "objects";

    private const string DatabaseParameter = "database=";

    /// <summary>Reads a URL.</summary>
    /// <exception cref="StorageException">InvalidName; the message quotes neither user nor query.</exception>
    public static HttpUrl Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
            throw Refused("an endpoint's URL is http:// or https://, a host, and the path that it is under");
        if (url.UserInfo.Length > 0)
            throw Refused("a URL holds no user and no password: the token is in FIREPROOFBENCH_TOKEN or in the file of --token-file");
        if (url.Fragment.Length > 0)
            throw Refused("an endpoint's URL has no fragment (#)");
        string query = url.Query.TrimStart('?');
        if (query.Length > 0 && (!query.StartsWith(DatabaseParameter, StringComparison.Ordinal) || query.Contains('&', StringComparison.Ordinal)))
            throw Refused("the one parameter of an endpoint's URL is database=NAME");
        string database = query.Length > 0 ? Uri.UnescapeDataString(query[DatabaseParameter.Length..]) : DefaultDatabase;
        return new HttpUrl(new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), database);
    }

    /// <summary>The address, without anything secret.</summary>
    public override string ToString() => Address.ToString().TrimEnd('/') + (Database == DefaultDatabase ? "" : $"?{DatabaseParameter}{Uri.EscapeDataString(Database)}");

    private static StorageException Refused(string reason) => new(StorageErrorKind.InvalidName, "open", "", reason);
}
