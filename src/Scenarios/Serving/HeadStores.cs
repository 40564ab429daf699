using FireproofBench.Endpoint.Heads;
using FireproofBench.Scenarios.CommandLine;
using Npgsql;

namespace FireproofBench.Scenarios.Serving;

/// <summary>Opens the store of heads that the command line names.</summary>
internal static class HeadStores
{
    /// <summary>Opens a store: <c>sqlite:FILE</c>, <c>postgres:…</c> as key and value pairs, or <c>postgres://user@host:port/database</c>.</summary>
    /// <exception cref="UsageException">It is neither, or holds a password.</exception>
    public static IHeadStore Open(string place)
    {
        if (place.StartsWith("sqlite:", StringComparison.Ordinal) && place.Length > "sqlite:".Length)
            return OpenFile(place["sqlite:".Length..]);
        foreach (string scheme in (string[])["postgres:", "postgresql:"])
        {
            if (place.StartsWith(scheme, StringComparison.Ordinal))
                return OpenServer(place[scheme.Length..]);
        }

        throw new UsageException("--meta: heads are in sqlite:FILE or in postgres:Host=…;Database=…;Username=….");
    }

    private static SqliteHeadStore OpenFile(string file)
    {
        string path = Path.GetFullPath(file);
        if (Directory.Exists(path))
            throw new UsageException($"--meta: '{file}' is a folder. Name a file.");
        return Directory.Exists(Path.GetDirectoryName(path))
            ? new SqliteHeadStore(path, TimeProvider.System)
            : throw new UsageException($"--meta: the folder of '{file}' is not there. Create it first.");
    }

    private static PostgresHeadStore OpenServer(string rest)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = rest.StartsWith("//", StringComparison.Ordinal) ? FromUrl(new Uri("postgres:" + rest)) : new NpgsqlConnectionStringBuilder(rest);
        }
        catch (Exception wrong) when (wrong is ArgumentException or UriFormatException or FormatException)
        {
            // The text may hold a password: it is not quoted.
            throw new UsageException("--meta: what follows postgres: is no connection string (Host=…;Database=…;Username=…) and no //user@host:port/database.");
        }

        if (!string.IsNullOrEmpty(settings.Password))
            throw new UsageException("--meta: a password on the command line can be read by everybody on this machine. Put it into PGPASSWORD, or into the file that PGPASSFILE names.");
        return new PostgresHeadStore(settings.ConnectionString, TimeProvider.System);
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Uri url)
    {
        string[] user = url.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 5432,
            Database = Uri.UnescapeDataString(url.AbsolutePath.Trim('/')),
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? user[1] : null,
        };
    }
}
