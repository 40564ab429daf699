using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>A headless Chromium with a profile of its own, which debuggers can reach on a free port of the loopback.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Greeting = "DevTools listening on ";

    private static readonly TimeSpan _startWithin = TimeSpan.FromSeconds(60);
    private static readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _lastLine = "";

    private Chromium(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it. Without a Chromium the test is skipped.</summary>
    /// <param name="profile">A folder for its profile, where it may keep whatever it likes.</param>
    public static async Task<Chromium> StartAsync(string profile)
    {
        // The superuser has no sandbox, and a container little shared memory. It needs no other machine than this one, and asks for none.
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + profile,
            "--no-first-run", "--no-default-browser-check", "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-breakpad", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1", "about:blank",
        ];
        Directory.CreateDirectory(profile);
        ProcessStartInfo start = new("chromium", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = profile, ["TMPDIR"] = profile },
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            Assert.Skip("'chromium' is not on the PATH; on Debian it is the package of that name");
        }

        Chromium chromium = new(process!);
        try
        {
            _ = await chromium._listening.Task.WaitAsync(_startWithin, Token);
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an empty page.</summary>
    public async Task<BrowserPage> OpenAsync(int width, int height)
    {
        Uri browser = await _listening.Task;
        using HttpResponseMessage answer = await _http.PutAsync(new Uri($"http://{browser.Authority}/json/new?about:blank"), null, Token);
        JsonNode page = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Token))!;
        return await BrowserPage.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), width, height);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            _ = _listening.TrySetException(new InvalidOperationException("Chromium ended before it listened: " + _lastLine));
        else if (line.StartsWith(Greeting, StringComparison.Ordinal))
            _ = _listening.TrySetResult(new Uri(line[Greeting.Length..]));
        else
            _lastLine = line;
    }
}
