using FireproofBench.Properties.Fixtures;
using Npgsql;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>A real PostgreSQL: the one that FIREPROOFBENCH_POSTGRES names by a connection string, or one that <c>tests/servers/postgres.sh</c> starts and that ends with the tests.</summary>
internal static class PostgresServer
{
    private static readonly Lazy<Task<string?>> _server = new(OpenAsync);
    private static string _missing = "";

    /// <summary>The connection string of an empty database. Skips the test, with the reason, where there is no server.</summary>
    public static async Task<string> RequireDatabaseAsync()
    {
        string? server = await _server.Value;
        Assert.SkipWhen(server is null, _missing);
        string name = $"t{Guid.NewGuid():n}";
        await using NpgsqlConnection connection = new(server);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name is made of hex digits, above.
        await using NpgsqlCommand create = new($"CREATE DATABASE {name}", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = true, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>The same for a command line, which holds no password: that goes by the environment.</summary>
    public static (string Place, (string Name, string Value)[] Environment) ForCommandLine(string database)
    {
        NpgsqlConnectionStringBuilder settings = new(database);
        string? password = settings.Password;
        _ = settings.Remove("Password");
        return ("postgres:" + settings.ConnectionString, password is null ? [] : [("PGPASSWORD", password)]);
    }

    /// <summary>Ends every connection to a database but one's own, as a restart of the server would.</summary>
    public static async Task BreakConnectionsAsync(string database)
    {
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand end = new("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await end.ExecuteNonQueryAsync();
    }

    private static async Task<string?> OpenAsync()
    {
        if (Environment.GetEnvironmentVariable("FIREPROOFBENCH_POSTGRES") is { Length: > 0 } named)
            return named;
        (int exit, string output, string error) = await RunAsync("start");
        const string Line = "POSTGRES_CONNECTION=";
        if (exit == 0 && output.Split('\n').FirstOrDefault(static l => l.StartsWith(Line, StringComparison.Ordinal)) is { } line)
        {
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => RunAsync("stop").Wait();
            return line[Line.Length..];
        }

        _missing = $"no PostgreSQL ({error.Trim().Split('\n')[^1]}); 'tests/servers/postgres.sh start' as root installs and starts it";
        return null;
    }

    // A server of its own: another run may use another.
    private static async Task<(int Exit, string Output, string Error)> RunAsync(string verb) => OperatingSystem.IsLinux()
        ? await ServerScript.RunAsync(
            "postgres", verb, ("POSTGRES_FSYNC", "off"), ("POSTGRES_PORT", "7433"), ("POSTGRES_DIR", "/var/tmp/fireproofbench-postgres-tests"))
        : (1, "", "it is started from Debian's packages, so on Linux only; FIREPROOFBENCH_POSTGRES can name a running one");
}
