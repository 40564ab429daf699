using System.Collections.Immutable;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Inspection;

public sealed class DatabaseInspectorTests : IAsyncDisposable
{
    private readonly MemoryDeviceStore _store = new("db", TimeProvider.System);
    private readonly MemoryKeyBag _keys = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_database_that_grew_by_every_kind_of_write_is_sound_at_every_step()
    {
        await using Database database = await OpenAsync();
        for (int i = 0; i < 60; i++)
        {
            await database.PutAsync(Document.Parse($"{{\"_id\":\"{i % 9}\",\"i\":{i}}}"));
            if (i % 7 == 0)
                await database.DeleteAsync($"{i % 5}");
            if (i % 11 == 0)
                await database.PutAsync(Document.Parse("{\"_id\":\"f\"}"), [new NewAttachment("f", new byte[] { (byte)i }, "", DateTimeOffset.UnixEpoch)]);
            if (i % 20 == 19)
                await database.CompactAsync();
            VerificationReport report = await VerifyAsync();
            Assert.True(report.IsSound, string.Join('\n', report.Findings));
            Assert.DoesNotContain(FindingKind.OnlyInReplaced, report.Counts.Keys);
            Assert.Equal(database.Heads, report.Heads);
            Assert.Equal(await database.GetRootAsync(), report.Root);
        }
    }

    // Whatever single file of a database is lost or damaged: it is noticed exactly when a head leads to it or a live document names it.
    [Fact]
    public async Task The_loss_of_any_file_that_is_in_use_is_noticed_and_of_no_other()
    {
        await using (Database database = await OpenAsync())
        {
            for (int i = 0; i < 12; i++)
                await database.PutAsync(Document.Parse($"{{\"_id\":\"{i}\"}}"));
            await database.PutAsync(Document.Parse("{\"_id\":\"f\"}"), [new NewAttachment("f", new byte[] { 1, 2, 3 }, "", DateTimeOffset.UnixEpoch)]);
            await database.CompactAsync();
            await database.PutAsync(Document.Parse("{\"_id\":\"last\"}"));
        }

        HashSet<string> kept = [.. (await VerifyAsync()).Findings.Where(static finding => finding.Kind == FindingKind.KeptForGrace).Select(static finding => finding.Subject)];
        Assert.NotEmpty(kept);
        ListPage files = await _store.Data.ListAsync("data/", null, 1000, CancellationToken.None);
        foreach (ObjectInfo file in files.Objects)
        {
            ReadOnlyMemory<byte> good = (await _store.Data.GetAsync(file.Key, null, CancellationToken.None))!.Bytes.ToArray();
            await _store.Data.DeleteAsync(file.Key, null, CancellationToken.None);
            VerificationReport lost = await VerifyAsync();
            Assert.Equal(kept.Contains(file.Key), lost.IsSound);
            Assert.True(lost.IsSound || lost.Findings.Any(finding => finding.IsDamage && finding.Subject == file.Key), file.Key);

            byte[] bad = good.ToArray();
            bad[bad.Length / 2] ^= 64;
            await _store.Data.PutAsync(file.Key, bad, PutCondition.None, CancellationToken.None);
            Assert.Contains((await VerifyAsync()).Findings, finding => finding.Kind == FindingKind.CorruptFile && finding.Subject == file.Key);
            await _store.Data.PutAsync(file.Key, good, PutCondition.None, CancellationToken.None);
        }

        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Two_heads_that_were_written_apart_are_put_together_and_checked()
    {
        MetaEntry first;
        await using (Database database = await OpenAsync())
        {
            await database.PutAsync(Document.Parse("{\"_id\":\"common\"}"));
            first = (await _store.Metadata.ReadAsync(CancellationToken.None)).Entries[0];
            await database.PutAsync(Document.Parse("{\"_id\":\"a\"}"));
        }

        // The other device did not know of the put of 'a'.
        MetaEntry left = (await _store.Metadata.ReadAsync(CancellationToken.None)).Entries[0];
        await _store.Metadata.PublishAsync(first, [left.Cid], CancellationToken.None);
        await using (Database database = await OpenAsync())
            await database.PutAsync(Document.Parse("{\"_id\":\"b\"}"));
        await _store.Metadata.PublishAsync(left, [], CancellationToken.None);

        VerificationReport report = await VerifyAsync();
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Equal((2, 3), (report.Heads.Length, report.Documents));
        await using Database merged = await OpenAsync();
        Assert.Equal(await merged.GetRootAsync(), report.Root);
        Assert.Equal(4, await merged.EventsAsync().CountAsync());
    }

    [Fact]
    public async Task Many_findings_of_a_kind_are_counted_and_a_part_of_them_listed()
    {
        await using (Database database = await OpenAsync())
            await database.PutAsync(Document.Parse("{\"_id\":\"a\"}"));
        for (int i = 0; i < VerificationReport.MaxListed + 5; i++)
            await _store.Data.PutAsync($"data/strange-{i}", ReadOnlyMemory<byte>.Empty, PutCondition.None, CancellationToken.None);
        VerificationReport report = await VerifyAsync();
        Assert.True(report.IsSound);
        Assert.Equal((VerificationReport.MaxListed, VerificationReport.MaxListed + 5), (report.Findings.Length, report.Counts[FindingKind.Foreign]));
    }

    [Fact]
    public async Task What_is_no_database_or_has_no_key_is_refused()
    {
        Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(async () => await VerifyAsync())).Kind);
        await (await OpenAsync()).DisposeAsync();
        await _store.Data.PutAsync("data/x", ReadOnlyMemory<byte>.Empty, PutCondition.None, CancellationToken.None);
        Assert.Equal("@db-data@", (await Assert.ThrowsAsync<KeyBagException>(async () => await DatabaseInspector.VerifyAsync("db", _store, new MemoryKeyBag()))).KeyName);
    }

    [Fact]
    public async Task A_database_that_is_opened_to_be_read_refuses_every_write_and_one_that_must_exist_is_not_begun()
    {
        foreach (OpenMode mode in (OpenMode[])[OpenMode.Existing, OpenMode.ReadOnly])
            Assert.Equal(StorageErrorKind.MissingContainer, (await Assert.ThrowsAsync<StorageException>(() => OpenAsync(mode))).Kind);
        await using (Database database = await OpenAsync())
            await database.PutAsync(Document.Parse("{\"_id\":\"a\"}"));
        ImmutableArray<Cid> heads;
        await using (Database database = await OpenAsync(OpenMode.Existing))
            heads = (await database.DeleteAsync("b")).Heads;
        await using Database reader = await OpenAsync(OpenMode.ReadOnly);
        Assert.NotNull(await reader.GetAsync("a"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.PutAsync(Document.Parse("{\"_id\":\"c\"}")));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.DeleteAsync("a"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.CompactAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.DestroyAsync());
        Assert.Equal(heads, reader.Heads);
    }

    private ValueTask<VerificationReport> VerifyAsync() => DatabaseInspector.VerifyAsync("db", _store, _keys);

    private async Task<Database> OpenAsync(OpenMode mode = OpenMode.Create) =>
        await Database.OpenAsync("db", _store, new DatabaseOptions { KeyBag = _keys, Entropy = new SeededEntropy(3), Compaction = CompactionMode.Manual, Mode = mode });
}
