using FireproofBench.Engine.Ports;

namespace FireproofBench.Scenarios.Providers;

/// <summary>Recognises the provider of a store.</summary>
internal static class ProviderRecognition
{
    /// <summary>The provider by the endpoint's host, by what the gateway tells of the store, or by the file system of a folder; null when nothing tells it.</summary>
    /// <param name="url">The store's address as a gateway writes it: a URL, or the path of a folder.</param>
    /// <param name="traits">What the gateway tells.</param>
    public static RecognisedProvider? Of(string url, DataTraits traits)
    {
        if (HostOf(url) is { } host && ProviderBook.OfHost(host) is { } byHost)
            return new RecognisedProvider(byHost, $"host {host}");
        foreach (string told in traits.Quirks.Prepend(traits.Provider))
        {
            if (ProviderBook.OfName(told) is { } byName)
                return new RecognisedProvider(byName, "the store's own word");
        }

        return Path.IsPathFullyQualified(url) && FileSystemOf(url) is { } format && ProviderBook.OfFileSystem(format) is { } byFormat
            ? new RecognisedProvider(byFormat, $"file system {format}") : null;
    }

    /// <summary>The host that a store's address leads to; Amazon's for a bucket without endpoint; null where there is none.</summary>
    internal static string? HostOf(string url)
    {
        const string Bucket = "s3://";
        if (url.StartsWith(Bucket, StringComparison.OrdinalIgnoreCase))
        {
            int question = url.IndexOf('?', StringComparison.Ordinal);
            string? endpoint = question < 0 ? null : url[(question + 1)..].Split('&').Select(p => p.Split('=', 2))
                .FirstOrDefault(p => p.Length == 2 && p[0] == "endpoint")?[1];
            return endpoint is not null ? HostOf(Uri.UnescapeDataString(endpoint))
                : url[Bucket.Length..].Split('/', '?')[0].EndsWith("--x-s3", StringComparison.Ordinal) ? "s3express-control.amazonaws.com" : "s3.amazonaws.com";
        }

        int plus = url.IndexOf("+http", StringComparison.OrdinalIgnoreCase);
        return Uri.TryCreate(plus is > 0 and < 10 ? url[(plus + 1)..] : url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https" ? parsed.Host : null;
    }

    private static string? FileSystemOf(string folder)
    {
        try
        {
            // The mount that holds the folder is the one with the longest path above it.
            string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
            return DriveInfo.GetDrives().Where(d => full.StartsWith(Path.TrimEndingDirectorySeparator(d.Name).TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                .MaxBy(d => d.Name.Length)?.DriveFormat;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
