using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Inspection;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Documents;
using FireproofBench.Properties.Fixtures;
using Xunit;
using Finding = FireproofBench.Engine.Inspection.Finding;

namespace FireproofBench.Properties.Databases;

/// <summary>Attached files of every length: stored before their document, piece by piece, and read in the same way.</summary>
public sealed class AttachmentTests : IAsyncDisposable
{
    private const int Single = NewAttachment.SingleBlockLength;
    private const int Leaf = LargeFile.Leaf;

    private readonly WatchedStore _store = new();
    private readonly MemoryKeyBag _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(Leaf + 5, 1)]
    [InlineData(Single, 1)]
    [InlineData(Single + 1, 10)]
    [InlineData((9 * Leaf) + 123, 11)]
    [InlineData(10 * Leaf, 11)]
    public async Task A_file_of_any_length_comes_out_as_it_went_in(int length, int files)
    {
        byte[] content = LargeFile.Bytes(length);
        await using Database database = await OpenAsync();
        AttachmentInfo info = await LargeFile.PutAsync(database, LargeFile.From(new MemoryStream(content), length));
        Assert.Equal((length, "video/mp4", DateTimeOffset.UnixEpoch), (info.Length, info.ContentType, info.LastModified));
        Assert.Equal(length <= Single ? Cid.Of(CidCodec.Raw, content) : info.Cid, info.Cid);
        Assert.Equal(length <= Single ? info.Cid : info.Cars[0], info.Cid);
        Assert.Equal(files, (await FilesAsync()).Count);
        Assert.Equal(content, await LargeFile.ReadAsync(database, info));

        // The way in does not matter.
        AttachmentInfo fromMemory = await LargeFile.PutAsync(database, LargeFile.Of(content), "other");
        Assert.Equal((info.Cid, info.Cars[0], info.Cars.Length), (fromMemory.Cid, fromMemory.Cars[0], fromMemory.Cars.Length));
        Assert.Equal(files, (await FilesAsync()).Count);
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task A_part_is_read_from_the_leaves_that_hold_it_and_no_other()
    {
        byte[] content = LargeFile.Bytes((10 * Leaf) + 7);
        await using Database database = await OpenAsync();
        AttachmentInfo info = await LargeFile.PutAsync(database, LargeFile.Of(content));
        var gets = new List<string>();
        _store.Before = (verb, key) =>
        {
            if (verb == "get")
                gets.Add(key);
            return ValueTask.CompletedTask;
        };
        foreach ((long from, int length, int leaves) in ((long, int, int)[])[(0, 1, 1), (Leaf - 1, 2, 2), (Leaf, Leaf, 1), ((3 * Leaf) + 5, 2 * Leaf, 3), (10 * Leaf, 7, 1)])
        {
            gets.Clear();
            Assert.Equal(content[(int)from..((int)from + length)], await LargeFile.ReadAsync(database, info, from, length));
            Assert.Equal(1 + leaves, gets.Count);
        }

        await using Stream stream = await database.OpenAttachmentAsync(info, Token);
        Assert.Equal((true, true, false, content.Length), (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length));
        Assert.Equal(content.Length - 3, stream.Seek(-3, SeekOrigin.End));
        byte[] end = new byte[8];
        Assert.Equal(3, await stream.ReadAsync(end, Token));
        Assert.Equal(0, await stream.ReadAsync(end, Token));
        stream.Position = long.MaxValue;
        Assert.Equal(0, await stream.ReadAsync(end, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = -1);
    }

    [Fact]
    public async Task While_the_store_is_slow_only_a_few_pieces_are_taken_in()
    {
        byte[] content = LargeFile.Bytes(20 * Leaf);
        await using Database database = await OpenAsync();
        await database.PutAsync(Document.Parse("""{"_id":"first"}"""), Token);
        using var source = new MemoryStream(content);
        var slow = new TaskCompletionSource();
        int underWay = 0;
        _store.Before = async (verb, key) =>
        {
            if (verb != "put" || key.EndsWith(".car", StringComparison.Ordinal))
                return;
            underWay++;
            await slow.Task;
        };
        Task<AttachmentInfo> put = LargeFile.PutAsync(database, LargeFile.From(source, content.Length), cancellation: Token);
        Assert.Equal(AttachmentWriter.Parallelism, underWay);
        Assert.Equal((AttachmentWriter.Parallelism + 1) * Leaf, source.Position);
        Assert.Null(await database.GetAsync("doc", Token));
        slow.SetResult();
        Assert.Equal(content, await LargeFile.ReadAsync(database, await put));
    }

    [Fact]
    public async Task What_is_written_to_a_document_while_its_file_is_stored_stays()
    {
        await using Database database = await OpenAsync();
        await LargeFile.PutAsync(database, LargeFile.Of("one"u8.ToArray(), "one"));
        Document before = (await database.GetAsync("doc", Token))!;
        var slow = new TaskCompletionSource();
        _store.Before = async (verb, key) =>
        {
            if (verb == "put" && !key.EndsWith(".car", StringComparison.Ordinal))
                await slow.Task;
        };
        Task<PutResult> attached = database.AttachFilesAsync("doc", [LargeFile.Of(LargeFile.Bytes(9 * Leaf))], Token).AsTask();
        await using (Database other = await OpenAsync())
            await other.PutAsync(Document.Parse(before.ToJson().Replace("\"_id\"", "\"new\":1,\"_id\"", StringComparison.Ordinal)), Token);
        slow.SetResult();
        await attached;
        Document after = (await database.GetAsync("doc", Token))!;
        Assert.Contains("\"new\":1", after.ToJson(), StringComparison.Ordinal);
        Assert.Equal(["film", "one"], after.Attachments.Select(static file => file.Name).Order(StringComparer.Ordinal));

        await database.DeleteAsync("doc", Token);
        foreach (string id in (string[])["doc", "nobody"])
            Assert.Equal(id, (await Assert.ThrowsAsync<InvalidDocumentException>(async () => await database.AttachFilesAsync(id, [LargeFile.Of([1])], Token))).Id);
    }

    [Fact]
    public async Task Files_that_are_attached_to_one_document_at_once_are_all_there()
    {
        await using Database database = await OpenAsync();
        await database.PutAsync(Document.Parse("""{"_id":"doc"}"""), Token);
        _store.Before = static async (_, _) => await Task.Yield();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => database.AttachFilesAsync("doc", [LargeFile.Of(LargeFile.Bytes(10 + i), $"file-{i}")], Token).AsTask()));
        Assert.Equal(Enumerable.Range(0, 8).Select(static i => $"file-{i}"), (await database.GetAsync("doc", Token))!.Attachments.Select(static file => file.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Equal_leaves_are_stored_once_and_leaves_that_are_there_not_again()
    {
        await using Database database = await OpenAsync();
        byte[] zeros = new byte[12 * Leaf];
        Assert.Equal(zeros, await LargeFile.ReadAsync(database, await LargeFile.PutAsync(database, LargeFile.Of(zeros))));
        Assert.Equal(2, (await FilesAsync()).Count);

        byte[] content = [.. LargeFile.Bytes(9 * Leaf), 1];
        await LargeFile.PutAsync(database, LargeFile.Of(content));
        int puts = 0;
        _store.Before = (verb, key) =>
        {
            puts += verb == "put" && !key.EndsWith(".car", StringComparison.Ordinal) ? 1 : 0;
            return ValueTask.CompletedTask;
        };
        content[^1] = 2;
        Assert.Equal(content, await LargeFile.ReadAsync(database, await LargeFile.PutAsync(database, LargeFile.Of(content))));
        Assert.Equal(2, puts);
    }

    [Fact]
    public async Task A_leaf_that_is_missing_or_damaged_is_named_and_the_others_are_read()
    {
        byte[] content = LargeFile.Bytes(9 * Leaf);
        await using Database database = await OpenAsync();
        AttachmentInfo info = await LargeFile.PutAsync(database, LargeFile.Of(content));
        string second = await KeyOfLeafAsync(database, info, 1);
        ReadOnlyMemory<byte> good = (await _store.Data.GetAsync(second, null, Token))!.Bytes.ToArray();

        await _store.Data.DeleteAsync(second, null, Token);
        MissingBlockException missing = await Assert.ThrowsAsync<MissingBlockException>(() => LargeFile.ReadAsync(database, info, Leaf, 1));
        Assert.Contains("'film'", missing.Message, StringComparison.Ordinal);
        Assert.Contains(second, missing.Message, StringComparison.Ordinal);
        Assert.Equal(content[(2 * Leaf)..], await LargeFile.ReadAsync(database, info, 2 * Leaf, 7 * Leaf));

        byte[] bad = good.ToArray();
        bad[Leaf / 2] ^= 1;
        await _store.Data.PutAsync(second, bad, PutCondition.None, Token);
        StorageException corrupt = await Assert.ThrowsAsync<StorageException>(() => LargeFile.ReadAsync(database, info, Leaf, 1));
        Assert.Equal((StorageErrorKind.Corrupt, second), (corrupt.Kind, corrupt.Key));

        // A torn one is of another length: then the same put mends it.
        await _store.Data.PutAsync(second, good[..100], PutCondition.None, Token);
        await LargeFile.PutAsync(database, LargeFile.Of(content));
        Assert.Equal(content, await LargeFile.ReadAsync(database, info));
    }

    [Fact]
    public async Task A_root_that_is_missing_or_says_something_else_than_the_document_is_refused()
    {
        await using Database database = await OpenAsync();
        AttachmentInfo info = await LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes(9 * Leaf)));
        string json = (await database.GetAsync("doc", Token))!.ToJson();
        string longer = json.Replace($"{9 * Leaf}", $"{(9 * Leaf) + 1}", StringComparison.Ordinal);
        Assert.NotEqual(json, longer);
        await database.PutAsync(Document.Parse(longer), Token);
        AttachmentInfo wrong = await LargeFile.FindAsync(database);
        StorageException refused = await Assert.ThrowsAsync<StorageException>(async () => await database.OpenAttachmentAsync(wrong, Token));
        Assert.Equal(StorageErrorKind.Corrupt, refused.Kind);
        Assert.Contains((await VerifyAsync()).Findings, finding => finding.Kind == FindingKind.CorruptFile && finding.Subject == DataFiles.KeyOfAttachments(info.Cid));

        // A file that is sound, and no root.
        Cid leaf = Cid.Parse((await KeyOfLeafAsync(database, info, 0))["data/".Length..]);
        await Assert.ThrowsAsync<StorageException>(async () => await database.OpenAttachmentAsync(info with { Cid = leaf }, Token));
        await _store.Data.DeleteAsync(DataFiles.KeyOfAttachments(info.Cars[0]), null, Token);
        await Assert.ThrowsAsync<MissingBlockException>(async () => await database.OpenAttachmentAsync(info, Token));
    }

    // 9 leaves: the call breaks off at each of them, and at the root.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task A_put_that_breaks_off_leaves_no_document_and_nothing_under_way(int at)
    {
        byte[] content = LargeFile.Bytes(9 * Leaf);
        await using Database database = await OpenAsync();
        await database.PutAsync(Document.Parse("""{"_id":"doc","v":1}"""), Token);
        _store.Fail("put", 1, StorageErrorKind.Permanent, after: at - 1);
        await Assert.ThrowsAsync<StorageException>(() => LargeFile.PutAsync(database, LargeFile.Of(content)));

        using var interrupted = new CancellationTokenSource();
        int puts = 0;
        _store.Before = (verb, _) =>
        {
            if (verb == "put" && ++puts == 1)
                interrupted.Cancel();
            return ValueTask.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LargeFile.PutAsync(database, LargeFile.Of(content), cancellation: interrupted.Token));
        int after = puts;
        _store.Before = null;
        Assert.Empty((await database.GetAsync("doc", Token))!.Attachments);
        VerificationReport report = await VerifyAsync();
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Equal((await FilesAsync()).Count, report.Counts.GetValueOrDefault(FindingKind.Orphan));
        Assert.Equal(after, puts);

        // What is there already serves the next one.
        Assert.Equal(content, await LargeFile.ReadAsync(database, await LargeFile.PutAsync(database, LargeFile.Of(content))));
        Assert.DoesNotContain(FindingKind.Orphan, (await VerifyAsync()).Counts.Keys);
    }

    [Theory]
    [InlineData(10, 9)]
    [InlineData(10, 11)]
    [InlineData(0, 1)]
    [InlineData(Single + 10, Single + 9)]
    [InlineData(Single + 10, Single + 11)]
    public async Task A_source_of_another_length_than_announced_is_refused(int announced, int length)
    {
        await using Database database = await OpenAsync();
        using var source = new MemoryStream(LargeFile.Bytes(length));
        InvalidDocumentException refused = await Assert.ThrowsAsync<InvalidDocumentException>(() => LargeFile.PutAsync(database, LargeFile.From(source, announced)));
        Assert.Equal("doc", refused.Id);
        Assert.Null(await database.GetAsync("doc", Token));
    }

    [Fact]
    public async Task A_file_beyond_the_largest_is_refused_before_anything_is_read()
    {
        await using Database database = await OpenAsync();
        var never = new NewAttachment("film", new ContentSource(NewAttachment.MaxLength + 1, static _ => throw new InvalidOperationException("It was opened.")), "", DateTimeOffset.UnixEpoch);
        await Assert.ThrowsAsync<InvalidDocumentException>(() => LargeFile.PutAsync(database, never));
    }

    [Fact]
    public async Task Small_files_of_one_put_share_a_file_up_to_a_length_and_large_ones_stand_beside_them()
    {
        await using Database database = await OpenAsync();
        byte[] block = LargeFile.Bytes(Single);
        byte[] large = LargeFile.Bytes(Single + 1, seed: 2);
        var told = new List<long>();
        NewAttachment[] files =
        [
            LargeFile.Of("one"u8.ToArray(), "b"),
            LargeFile.From(new MemoryStream(large), large.Length, "a") with { Progress = told.Add },
            .. Enumerable.Range(0, 8).Select(i => LargeFile.Of(block, $"c{i}")),
        ];
        await database.PutAsync(Document.Parse("""{"_id":"doc"}"""), files, Token);
        AttachmentInfo[] infos = [.. (await database.GetAsync("doc", Token))!.Attachments];
        Assert.Equal(["a", "b", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"], infos.Select(static file => file.Name));
        Assert.Equal(3, infos.SelectMany(static file => file.Cars).Distinct().Count());
        Assert.Equal(infos[1].Cars[0], infos[8].Cars[0]);
        Assert.NotEqual(infos[1].Cars[0], infos[9].Cars[0]);
        foreach ((AttachmentInfo info, byte[] content) in ((AttachmentInfo, byte[])[])[(infos[0], large), (infos[1], "one"u8.ToArray()), (infos[9], block)])
            Assert.Equal(content, await LargeFile.ReadAsync(database, info));
        Assert.Equal((9, large.Length), (told.Count, told[^1]));
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task The_loss_of_any_leaf_or_root_is_damage_that_names_it()
    {
        await using (Database database = await OpenAsync())
            await LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes((8 * Leaf) + 1)));
        VerificationReport sound = await VerifyAsync();
        Assert.Equal((true, 0, 1), (sound.IsSound, sound.Counts.GetValueOrDefault(FindingKind.Orphan), sound.Attachments));
        IReadOnlyList<string> files = await FilesAsync();
        Assert.Equal(10, files.Count);
        foreach (string file in files)
        {
            ReadOnlyMemory<byte> good = (await _store.Data.GetAsync(file, null, Token))!.Bytes.ToArray();
            await _store.Data.DeleteAsync(file, null, Token);
            VerificationReport lost = await VerifyAsync();
            Finding finding = Assert.Single(lost.Findings, static finding => finding.IsDamage);
            Assert.Equal((FindingKind.MissingAttachment, file), (finding.Kind, finding.Subject));
            await _store.Data.PutAsync(file, good, PutCondition.None, Token);
        }
    }

    private static async Task<string> KeyOfLeafAsync(Database database, AttachmentInfo info, int index)
    {
        byte[] content = await LargeFile.ReadAsync(database, info, (long)index * Leaf, Leaf);
        byte[] car = FileSet.WriteCar([Block.Of(CidCodec.Raw, content)]);
        return DataFiles.KeyOfAttachments(Cid.Of(CidCodec.Car, car));
    }

    private async Task<IReadOnlyList<string>> FilesAsync() =>
        [.. (await _store.KeysAsync()).Where(static key => !key.EndsWith(".car", StringComparison.Ordinal) && !key.EndsWith("version", StringComparison.Ordinal))];

    private ValueTask<VerificationReport> VerifyAsync() => DatabaseInspector.VerifyAsync(Fixture.DatabaseName, _store, _keys, cancellation: Token);

    private ValueTask<Database> OpenAsync() => OpenDatabase.OnStoreAsync(_store, _keys, CompactionMode.Manual);
}
