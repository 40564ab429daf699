using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>A page in a headless browser.</summary>
internal sealed partial class BrowserPage : IAsyncDisposable
{
    private const int KeptComplaints = 20;

    private static readonly TimeSpan _loadWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<Uri> _preflights = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private DevToolsSocket? _browser;

    private BrowserPage()
    {
    }

    /// <summary>What the browser asked a server before it let the page send to it (CORS), in the order of asking.</summary>
    public IReadOnlyCollection<Uri> Preflights => _preflights;

    /// <summary>All that the page asked for, the page itself among it, in the order of asking.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>The last things that went wrong in the page, for the message of a failed test. Tokens are left out.</summary>
    public string Complaints => string.Join('\n', _complaints);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DevToolsSocket Browser => _browser ?? throw new InvalidOperationException("The page is not connected.");

    /// <summary>Takes over a page that the browser has opened.</summary>
    /// <param name="debugger">The address of the page for debuggers.</param>
    /// <param name="width">Of its window, in CSS pixels.</param>
    /// <param name="height">Of its window, in CSS pixels.</param>
    public static async Task<BrowserPage> ConnectAsync(Uri debugger, int width, int height)
    {
        BrowserPage page = new();
        page._browser = await DevToolsSocket.ConnectAsync(debugger, page.Hear, Token);
        foreach (string domain in (string[])["Page", "Runtime", "Network", "Log"])
            _ = await page.Browser.SendAsync(domain + ".enable", null, Token);
        JsonObject window = new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1.5, ["mobile"] = false };
        _ = await page.Browser.SendAsync("Emulation.setDeviceMetricsOverride", window, Token);
        return page;
    }

    /// <summary>Goes to an address, and waits until it is loaded.</summary>
    public Task GoAsync(Uri address) => LoadAsync("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });

    /// <summary>Loads the page anew, as its user can.</summary>
    public Task ReloadAsync() => LoadAsync("Page.reload", null);

    /// <summary>Evaluates an expression in the page; a promise is awaited.</summary>
    /// <returns>Its value, which has to be one that JSON can hold.</returns>
    /// <exception cref="InvalidOperationException">It threw.</exception>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonObject evaluation = new() { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true };
        JsonObject answer = await Browser.SendAsync("Runtime.evaluate", evaluation, Token);
        if (answer["exceptionDetails"] is JsonObject thrown)
            throw new InvalidOperationException($"{expression}: {DescribeException(thrown)}");
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitAsync(string expression, TimeSpan within)
    {
        long start = Stopwatch.GetTimestamp();
        while (await EvaluateAsync(expression) is not JsonValue value || !value.TryGetValue(out bool holds) || !holds)
        {
            if (Stopwatch.GetElapsedTime(start) > within)
                Assert.Fail($"not true within {within.TotalSeconds} s: {expression}; the page shows {await EvaluateAsync("document.body.innerText")}\n{Complaints}");
            await Task.Delay(_pause, Token);
        }
    }

    /// <summary>A picture of what the window shows, as PNG.</summary>
    /// <param name="isWhole">Whether the whole page is in it, and not only what the window has room for.</param>
    public async Task<byte[]> CaptureAsync(bool isWhole = false)
    {
        JsonObject answer = await Browser.SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = isWhole }, Token);
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <summary>The page on paper of the size A4, as PDF.</summary>
    public async Task<byte[]> PrintAsync()
    {
        JsonObject paper = new() { ["paperWidth"] = 8.27, ["paperHeight"] = 11.69, ["printBackground"] = true };
        return Convert.FromBase64String((string)(await Browser.SendAsync("Page.printToPDF", paper, Token))["data"]!);
    }

    /// <summary>Shows the page as paper has it, until it is loaded anew.</summary>
    public async Task ShowAsPaperAsync()
    {
        _ = await Browser.SendAsync("Emulation.setEmulatedMedia", new JsonObject { ["media"] = "print" }, Token);
        _ = await EvaluateAsync("dispatchEvent(new Event('beforeprint')), true");
    }

    public ValueTask DisposeAsync() => Browser.DisposeAsync();

    // What the page gave to its console is a value, or an object that has only a description here.
    private static string? Describe(JsonNode? argument) => argument!["value"] is { } value ? value.ToString() : (string?)argument["description"];

    private static string DescribeException(JsonObject thrown) => (string?)thrown["exception"]?["description"] ?? (string?)thrown["text"] ?? "an exception";

    [GeneratedRegex(@"eyJ[\w-]+\.[\w-]+\.[\w-]+")]
    private static partial Regex TokenPattern();

    private async Task LoadAsync(string method, JsonObject? parameters)
    {
        // Until the document that is left is gone, it answers in place of the new one.
        _ = await EvaluateAsync("window.isLeft = true");
        JsonObject answer = await Browser.SendAsync(method, parameters, Token);
        Assert.Null((string?)answer["errorText"]);
        long start = Stopwatch.GetTimestamp();
        while (!await IsLoadedAsync())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < _loadWithin, $"the page was not loaded within {_loadWithin.TotalSeconds} s\n{Complaints}");
            await Task.Delay(_pause, Token);
        }
    }

    private async Task<bool> IsLoadedAsync()
    {
        try
        {
            return (bool)(await EvaluateAsync("!window.isLeft && document.readyState === 'complete'"))!;
        }
        catch (InvalidOperationException)
        {
            // Between two documents nobody answers.
            return false;
        }
    }

    private void Hear(string method, JsonObject parameters)
    {
        string? type = (string?)parameters["type"];
        switch (method)
        {
            case "Network.requestWillBeSent":
                _requests.Enqueue((string)parameters["request"]!["url"]!);
                break;
            case "Network.responseReceived" when type == "Preflight":
                _preflights.Enqueue(new Uri((string)parameters["response"]!["url"]!));
                break;
            case "Runtime.exceptionThrown":
                Keep(DescribeException(parameters["exceptionDetails"]!.AsObject()));
                break;
            case "Runtime.consoleAPICalled" when type is "error" or "warning":
                Keep(string.Join(' ', parameters["args"]!.AsArray().Select(Describe)));
                break;
            case "Log.entryAdded":
                Keep((string)parameters["entry"]!["text"]!);
                break;
        }
    }

    private void Keep(string complaint)
    {
        _complaints.Enqueue(TokenPattern().Replace(complaint, "…"));
        while (_complaints.Count > KeptComplaints)
            _ = _complaints.TryDequeue(out _);
    }
}
