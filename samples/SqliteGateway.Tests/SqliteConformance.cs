using FireproofBench.Conformance;
using FireproofBench.Engine.Ports;
using FireproofBench.Xunit;

namespace FireproofBench.SqliteGateway.Tests;

/// <summary>Whether an SQLite file is safe for a Fireproof database: one test a clause.</summary>
public sealed class SqliteConformance(ConformanceRun run) : ConformanceTests(run)
{
    protected override Budget Budget => Budget.Quick;

    protected override ValueTask<JudgedStore> OpenStoreAsync(CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sqlite-gateway-");
        string path = Path.Combine(folder.FullName, "store.sqlite");
        return ValueTask.FromResult(new JudgedStore("an SQLite file", new SqliteDataGateway(path))
        {
            OpenPeer = _ => ValueTask.FromResult<IDataGateway>(new SqliteDataGateway(path)),
            OpenHeads = database => new SqliteMetadataGateway(path, database),
            RemoveHeads = async (database, end) =>
            {
                await using SqliteMetadataGateway heads = new(path, database);
                await heads.ClearAsync(end);
            },
            OpenMissing = name => new SqliteDataGateway(Path.Combine(folder.FullName, name, "store.sqlite"), create: false),
            AfterClose = () => { folder.Delete(recursive: true); return ValueTask.CompletedTask; },
        });
    }
}
