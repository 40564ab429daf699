using System.Diagnostics;
using FireproofBench.Engine.Documents;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>Devices of the reference engine, each in a process of its own, and of ours, on one ledger of an endpoint that is killed and started again.</summary>
/// <remarks>
/// FIREPROOFBENCH_TEST_DEVICES says how many devices of theirs there are, 2 without it. What @fireproof/core 0.24.19 does there: a commit that cannot be sent is not sent again before the next attach, so the endpoint is killed while nobody writes; a device hears of others again
/// with its next own write, and has to reach the endpoint within a second and a half of it.
/// </remarks>
public sealed class CloudReferenceTests : IAsyncDisposable
{
    private const int Own = 2;
    private const int Shared = 2;
    private static readonly TimeSpan _attachWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _togetherWithin = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder _folder = new();
    private readonly TokenSigner _signer = new("cloud");
    private readonly List<ReferenceEngine> _engines = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (ReferenceEngine engine in _engines)
            await engine.DisposeAsync();
        _signer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("sqlite", true)]
    [InlineData("sqlite", false)]
    [InlineData("postgres", true)]
    [InlineData("postgres", false)]
    public async Task Devices_of_theirs_and_of_ours_end_with_the_same_documents_and_heads(string heads, bool overSocket)
    {
        int count = Setting("FIREPROOFBENCH_TEST_DEVICES", 2);
        await using ServedProcess served = await ServeAsync(heads, overSocket);
        string token = _signer.MakeCloud("acme", "notes");
        List<ReferenceDatabase> theirs = [];
        List<OurDevice> ours = [];
        try
        {
            ReferenceDatabase first = await TheirsAsync(served, token, 0);
            theirs.Add(first);
            await PutAsync(first, """{"_id":"first","by":"theirs"}""");
            for (int i = 1; i < count; i++)
                theirs.Add(await TheirsAsync(served, token, i));
            for (int i = 0; i < 2; i++)
                ours.Add(await OurDevice.OpenAsync(served.Address, token));
            await TogetherAsync(theirs, ours, 1);
            await WriteAsync(theirs, ours, round: 1);
            await TogetherAsync(theirs, ours, DocumentsAfter(1, count));

            await served.KillAsync();
            await served.StartAsync();

            // Without a socket a device of theirs that asks in vain once never asks again before it is opened anew.
            for (int i = 0; i < count && !overSocket; i++)
            {
                await CloseAsync(theirs[i]);
                theirs[i] = await TheirsAsync(served, token, i);
            }

            await WriteAsync(theirs, ours, round: 2);
            await TogetherAsync(theirs, ours, DocumentsAfter(2, count));
            _ = await theirs[0].CompactAsync(Token);
            await TogetherAsync(theirs, ours, DocumentsAfter(2, count));
            await ours[0].Database.CompactAsync(Token);
            await WriteAsync(theirs, ours, round: 3);
            await TogetherAsync(theirs, ours, DocumentsAfter(3, count));

            // Whoever is new finds all, each with the keys of all others.
            theirs.Add(await TheirsAsync(served, token, count));
            ours.Add(await OurDevice.OpenAsync(served.Address, token));
            await TogetherAsync(theirs, ours, DocumentsAfter(3, count));
        }
        finally
        {
            foreach (OurDevice device in ours)
                await device.DisposeAsync();
            foreach (ReferenceDatabase database in theirs)
                await CloseAsync(database);
        }
    }

    [Fact]
    public async Task Compactions_of_theirs_replace_the_heads_before_them_and_a_new_device_finds_everything()
    {
        const int Rounds = 3;
        const int Writes = 10;
        await using ServedProcess served = await ServeAsync("sqlite", overSocket: true);
        string token = _signer.MakeCloud("acme", "notes");
        ReferenceDatabase theirs = await TheirsAsync(served, token, 0);
        for (int round = 0; round < Rounds; round++)
        {
            await PutAsync(theirs, [.. Enumerable.Range(0, Writes).Select(n => $$"""{"_id":"{{round}}-{{n}}"}""")]);
            _ = await theirs.CompactAsync(Token);
        }

        await PutAsync(theirs, """{"_id":"last"}""");
        await using (OurDevice ours = await OurDevice.OpenAsync(served.Address, token))
            await TogetherAsync([theirs], [ours], (Rounds * Writes) + 1);
        await using CloudWire wire = await CloudWire.OpenAsync(served.Address, token);
        await wire.BindAsync("notes");
        _ = Assert.Single((await wire.HearAsync())["meta"]!["metas"]!.AsArray());
        await CloseAsync(theirs);
    }

    [Fact]
    public async Task A_compaction_of_theirs_replaces_also_what_their_automatic_ones_left_beside_writes()
    {
        const int Writes = 220;
        await using ServedProcess served = await ServeAsync("sqlite", overSocket: true);
        string token = _signer.MakeCloud("acme", "notes");
        ReferenceDatabase theirs = await TheirsAsync(served, token, 0);

        // Beyond a hundred files it compacts by itself, while it goes on to write.
        for (int i = 0; i < Writes; i++)
            await PutAsync(theirs, $$"""{"_id":"{{i}}"}""");
        _ = await theirs.CompactAsync(Token);
        await PutAsync(theirs, """{"_id":"last"}""");
        await using (OurDevice ours = await OurDevice.OpenAsync(served.Address, token))
            await TogetherAsync([theirs], [ours], Writes + 1);
        await using CloudWire wire = await CloudWire.OpenAsync(served.Address, token);
        await wire.BindAsync("notes");
        _ = Assert.Single((await wire.HearAsync())["meta"]!["metas"]!.AsArray());
        await CloseAsync(theirs);
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), System.Globalization.CultureInfo.InvariantCulture, out int value) ? value : usual;

    private static int DocumentsAfter(int rounds, int theirs) => 1 + (rounds * (theirs + 2) * Own) + Math.Min(Shared, theirs + 2);

    // Where messages are requests of their own, closing ends with an error of the engine's own: its poll is closed twice.
    private static async Task CloseAsync(ReferenceDatabase database)
    {
        try
        {
            await database.DisposeAsync();
        }
        catch (ReferenceException closed) when (closed.Message.Contains("already closed", StringComparison.Ordinal))
        {
        }
    }

    // Each writes documents of its own, and all write some that are shared.
    private static async Task WriteAsync(List<ReferenceDatabase> theirs, List<OurDevice> ours, int round) => await Task.WhenAll(
    [
        .. theirs.Select((database, i) => PutAsync(database, [.. Enumerable.Range(0, Own).Select(n => $$"""{"_id":"theirs-{{i}}-{{round}}-{{n}}","n":{{n}}}"""), $$"""{"_id":"shared-{{i % Shared}}","by":"theirs {{i}}","round":{{round}}}"""])),
        .. ours.Select((device, i) => device.PutAsync([.. Enumerable.Range(0, Own).Select(n => $$"""{"_id":"ours-{{i}}-{{round}}-{{n}}","n":{{n}}}"""), $$"""{"_id":"shared-{{i % Shared}}","by":"ours {{i}}","round":{{round}}}"""])),
    ]);

    private static async Task PutAsync(ReferenceDatabase database, params string[] documents)
    {
        foreach (ReferenceStepResult result in await database.RunAsync(documents.Select(static document => new ScriptStep.Put(document)), Token))
            Assert.Null(result.Refused);
    }

    private static async Task TogetherAsync(List<ReferenceDatabase> theirs, List<OurDevice> ours, int documents)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            List<(string Who, string Heads, string Documents, int Count)> readings = [];
            for (int i = 0; i < theirs.Count; i++)
            {
                ReferenceReading reading = await theirs[i].ReadAsync(changes: false, Token);
                string[] rows = [.. reading.Documents.Where(static row => !row.Deleted).Select(static row => Document.Parse(row.Json!).ToJson()).Order(StringComparer.Ordinal)];
                readings.Add(($"theirs {i}", string.Join(' ', reading.Heads), string.Join('\n', rows), rows.Length));
            }

            for (int i = 0; i < ours.Count; i++)
                readings.Add(await ours[i].ReadAsync($"ours {i}"));
            if (readings.TrueForAll(reading => reading.Count == documents && reading.Heads == readings[0].Heads && reading.Documents == readings[0].Documents))
                return;
            if (Stopwatch.GetElapsedTime(start) > _togetherWithin)
                Assert.Fail($"not together, {documents} documents expected: {string.Join("; ", readings.Select(static reading => $"{reading.Who}: {reading.Count} at {reading.Heads}"))}; {string.Join("; ", ours.Select(static device => device.Trouble))}");
            await Task.Delay(1000, Token);
        }
    }

    private async Task<ServedProcess> ServeAsync(string heads, bool overSocket)
    {
        await File.WriteAllTextAsync(_folder.At("public.jwk"), _signer.Jwk, Token);
        (string place, (string, string)[] environment) = heads == "postgres"
            ? PostgresServer.ForCommandLine(await PostgresServer.RequireDatabaseAsync())
            : ("sqlite:" + _folder.At("heads.sqlite"), []);
        string[] arguments = ["--data", _folder.At("objects"), "--meta", place, "--cloud", _folder.At("public.jwk")];
        return await ServedProcess.StartAsync(environment, overSocket ? arguments : [.. arguments, "--cloud-requests"]);
    }

    private async Task<ReferenceDatabase> TheirsAsync(ServedProcess served, string token, int number)
    {
        ReferenceEngine engine = new();
        _engines.Add(engine);
        string place = _folder.At($"theirs-{number}");
        ReferenceDatabase database = await engine.OpenAsync(new ReferenceLocation(place, "notes", Path.Combine(place, "keybag")), Token);
        await database.AttachCloudAsync(served.Address, token, _attachWithin, Token);
        return database;
    }
}
