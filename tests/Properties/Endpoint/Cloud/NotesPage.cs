using System.Text.Json;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Properties.Endpoint.Cloud;

/// <summary>The page of <see cref="NotesSite"/> in a browser, used as people use it: through its form and what it shows.</summary>
internal sealed class NotesPage(BrowserPage page, NotesSite site) : IAsyncDisposable
{
    private static readonly TimeSpan _attachWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _showWithin = TimeSpan.FromSeconds(30);

    /// <summary>What the browser shows it in.</summary>
    public BrowserPage Browser => page;

    /// <summary>Opens the page, which begins to attach the ledger of the token.</summary>
    public Task OpenAsync(Uri endpoint, string token)
    {
        string url = Uri.EscapeDataString($"fpcloud://{endpoint.Authority}?protocol=ws");
        return page.GoAsync(new UriBuilder(site.Address) { Fragment = $"endpoint={url}&token={Uri.EscapeDataString(token)}" }.Uri);
    }

    /// <summary>Waits until it has attached.</summary>
    public Task AttachedAsync() => page.WaitAsync("document.body.dataset.state === 'attached'", _attachWithin);

    /// <summary>Fills in the form, and sends it off.</summary>
    public Task WriteAsync(string id, string text) =>
        page.EvaluateAsync($"(form => {{ form.elements.id.value = {Quote(id)}; form.elements.text.value = {Quote(text)}; form.requestSubmit(); }})(document.forms[0])");

    /// <summary>Waits until a note is shown, wherever it was written.</summary>
    public Task ShownAsync(string id, string text) =>
        page.WaitAsync($"[...document.querySelectorAll('tbody tr')].some(row => row.dataset.id === {Quote(id)} && row.cells[1].textContent === {Quote(text)})", _showWithin);

    /// <summary>Its heads and documents as texts that can be compared.</summary>
    public async Task<(string Heads, string Documents, int Count)> ReadAsync()
    {
        JsonNode reading = (await page.EvaluateAsync("readAsText()"))!;
        string[] rows = [.. reading["documents"]!.AsArray().Select(static json => Document.Parse((string)json!).ToJson()).Order(StringComparer.Ordinal)];
        return (string.Join(' ', reading["heads"]!.AsArray().Select(static head => (string)head!)), string.Join('\n', rows), rows.Length);
    }

    public ValueTask DisposeAsync() => page.DisposeAsync();

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
