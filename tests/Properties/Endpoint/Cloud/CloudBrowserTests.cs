using System.Diagnostics;
using System.Text.Json;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>The reference engine in a page of another origin, in a real browser, and a device of ours on one ledger.</summary>
/// <remarks>FIREPROOFBENCH_TEST_SCREENSHOT names a file for a picture of the page.</remarks>
public sealed class CloudBrowserTests : IDisposable
{
    private static readonly TimeSpan _togetherWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);
    private static readonly byte[] _png = [0x89, 0x50, 0x4e, 0x47];

    private readonly TemporaryFolder _folder = new();
    private readonly TokenSigner _signer = new("cloud");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _signer.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_and_a_device_of_ours_end_with_the_same_documents_and_heads(bool overSocket)
    {
        await using NotesSite site = await NotesSite.StartAsync(_folder.At("page.js"));
        await using Chromium chromium = await Chromium.StartAsync(_folder.At("profile"));
        await using ServedProcess served = await ServeAsync(overSocket);
        await using NotesPage page = new(await chromium.OpenAsync(1000, 690), site);
        string token = _signer.MakeCloud("acme", "notes");
        await page.OpenAsync(served.Address, token);
        await page.AttachedAsync();
        await page.WriteAsync("bread", "Two loaves, one of them dark");
        await page.ShownAsync("bread", "Two loaves, one of them dark");
        await using OurDevice ours = await OurDevice.OpenAsync(served.Address, token);
        await TogetherAsync(page, ours, 1);

        // Live, both ways.
        await ours.PutAsync(Note("coffee", "Whole beans"));
        await page.ShownAsync("coffee", "Whole beans");
        await page.WriteAsync("lamp", "The one in the hall flickers");
        await TogetherAsync(page, ours, 3);

        // At once, and one document by both.
        await Task.WhenAll(page.WriteAsync("tea", "Green"), ours.PutAsync(Note("milk", "A litre"), Note("tea", "Black")));
        await TogetherAsync(page, ours, 5);

        await ours.Database.CompactAsync(Token);
        await ours.PutAsync(Note("post", "Letter to Ada, written after the compaction"));
        await page.ShownAsync("post", "Letter to Ada, written after the compaction");
        await page.WriteAsync("train", "18:04 from platform 7, also written after it");
        await TogetherAsync(page, ours, 7);
        await page.ShownAsync("train", "18:04 from platform 7, also written after it");

        byte[] picture = await page.Browser.CaptureAsync();
        Assert.Equal(_png, picture[.._png.Length]);
        if (overSocket && Environment.GetEnvironmentVariable("FIREPROOFBENCH_TEST_SCREENSHOT") is { Length: > 0 } file)
            await File.WriteAllBytesAsync(file, picture, Token);

        // The browser let the page send nothing before the endpoint had agreed to it, messages and files alike, and kept no answer from it.
        Assert.All(page.Browser.Preflights, asked => Assert.Equal(served.Address.Authority, asked.Authority));
        Assert.Contains(page.Browser.Preflights, static asked => asked.AbsolutePath == "/fp");
        Assert.Contains(page.Browser.Preflights, static asked => asked.AbsolutePath.StartsWith("/fp/", StringComparison.Ordinal));
        Assert.DoesNotContain("CORS", page.Browser.Complaints, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_keeps_what_is_written_while_the_endpoint_is_away_and_hands_it_on_when_it_is_opened_again()
    {
        await using NotesSite site = await NotesSite.StartAsync(_folder.At("page.js"));
        await using Chromium chromium = await Chromium.StartAsync(_folder.At("profile"));
        await using ServedProcess served = await ServeAsync(overSocket: true);
        await using NotesPage page = new(await chromium.OpenAsync(1000, 690), site);
        string token = _signer.MakeCloud("acme", "notes");
        await page.OpenAsync(served.Address, token);
        await page.AttachedAsync();
        await using OurDevice ours = await OurDevice.OpenAsync(served.Address, token);
        await ours.PutAsync(Note("before", "Written while all was well"));
        await page.ShownAsync("before", "Written while all was well");
        await page.WriteAsync("own", "Written while all was well, too");
        await TogetherAsync(page, ours, 2);

        await served.KillAsync();
        await page.Browser.ReloadAsync();
        await page.ShownAsync("own", "Written while all was well, too");
        await page.ShownAsync("before", "Written while all was well");
        await page.WriteAsync("page", "Written in the page alone");
        await page.ShownAsync("page", "Written in the page alone");
        await ours.PutAsync(Note("ours", "Written on the device alone"));

        await served.StartAsync();
        await page.Browser.ReloadAsync();
        await page.AttachedAsync();
        await TogetherAsync(page, ours, 4);
    }

    private static string Note(string id, string text) => JsonSerializer.Serialize(new { _id = id, text, by = "a C# device" });

    private static async Task TogetherAsync(NotesPage page, OurDevice ours, int documents)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            (string heads, string rows, int count) = await page.ReadAsync();
            (string _, string ourHeads, string ourRows, int ourCount) = await ours.ReadAsync("ours");
            if (count == documents && heads == ourHeads && rows == ourRows)
                return;
            if (Stopwatch.GetElapsedTime(start) > _togetherWithin)
                Assert.Fail($"not together, {documents} documents expected: the page has {count} at {heads}, our device {ourCount} at {ourHeads}; {ours.Trouble}\n{page.Browser.Complaints}");
            await Task.Delay(_pause, Token);
        }
    }

    private async Task<ServedProcess> ServeAsync(bool overSocket)
    {
        string[] arguments = ["--data", _folder.At("objects"), "--meta", "sqlite:" + _folder.At("heads.sqlite"), "--cloud", _folder.Write("public.jwk", _signer.Jwk)];
        return await ServedProcess.StartAsync(overSocket ? arguments : [.. arguments, "--cloud-requests"]);
    }
}
