using System.Runtime.CompilerServices;

namespace FireproofBench.Engine.Ports;

/// <summary>Whole listings, page by page.</summary>
public static class DataGatewayListing
{
    private const int PageLength = 1000;

    /// <summary>Lists every object whose key starts with a prefix, in the provider's order. A provider whose pages go round in a circle is found out.</summary>
    /// <param name="gateway">The provider.</param>
    /// <param name="prefix">Compared byte by byte; empty for all.</param>
    /// <param name="cancellation">Ends the listing.</param>
    /// <exception cref="StorageException">Permanent when a page starts where a former one started (LST-04); else as the provider fails.</exception>
    public static async IAsyncEnumerable<ObjectInfo> ListAllAsync(
        this IDataGateway gateway, string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var starts = new HashSet<string>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            ListPage page = await gateway.ListAsync(prefix, after, PageLength, cancellation);
            foreach (ObjectInfo found in page.Objects)
                yield return found;
            after = page.After;
            if (after is not null && !starts.Add(after))
                throw new StorageException(StorageErrorKind.Permanent, "list", prefix, $"the provider's pages go round in a circle: one more starts after '{after}'");
        }
        while (after is not null);
    }
}
